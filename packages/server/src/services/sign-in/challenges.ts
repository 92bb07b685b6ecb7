import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Writer } from '../../ports/db/index.ts'

export interface Challenges {
  /** Random bytes that nobody else can make, for a few minutes and this purpose. Nothing is stored. */
  issue(purpose: string): Promise<Uint8Array<ArrayBuffer>>
  /** Whether it is one of those. */
  isOwn(challenge: string, purpose: string): Promise<boolean>
  /** Fault UNAUTHENTICATED where it was answered before. */
  spend(w: Writer, challenge: string): Promise<void>
}

const lifeMs = 300_000
const name = 'challenge-secret'
const lengths = { random: 16, until: 6, mac: 32 } as const

export function createChallenges(db: Db, clock: Clock): Challenges {
  let secret: Promise<string> | undefined

  async function macOf(head: Uint8Array, purpose: string): Promise<Buffer> {
    secret ??= db.write((w) => w.instance.ensure(name, randomBytes(32).toString('base64url'))).catch((error: unknown) => {
      secret = undefined
      throw error
    })
    return createHmac('sha256', await secret).update(head).update(purpose).digest()
  }

  return {
    async issue(purpose) {
      const until = Buffer.alloc(lengths.until)
      until.writeUIntBE(clock.now() + lifeMs, 0, lengths.until)
      const head = Buffer.concat([randomBytes(lengths.random), until])
      return new Uint8Array(Buffer.concat([head, await macOf(head, purpose)]))
    },

    async isOwn(challenge, purpose) {
      const bytes = Buffer.from(challenge, 'base64url')
      const headLength = lengths.random + lengths.until
      if (bytes.length !== headLength + lengths.mac) return false
      const head = bytes.subarray(0, headLength)
      return timingSafeEqual(await macOf(head, purpose), bytes.subarray(headLength)) && head.readUIntBE(lengths.random, lengths.until) > clock.now()
    },

    async spend(w, challenge) {
      const now = clock.now()
      const hash = secretHash(`challenge ${challenge}`)
      if (await w.loginTokens.get(hash, 'spent', now)) throw fault('UNAUTHENTICATED', { reason: 'this answer was given before' })
      await w.loginTokens.insert({ hash, id: crypto.randomUUID(), kind: 'spent', created: now, expires: now + lifeMs })
    },
  }
}
