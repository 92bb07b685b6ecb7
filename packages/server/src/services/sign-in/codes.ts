import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Writer } from '../../ports/db/index.ts'
import type { CodeDoor, SignedIn } from '../../ports/sign-in.ts'
import { codeLimits } from './limits.ts'
import type { DoorParts } from './parts.ts'

const period = 30
/** Steps before and after the present one: clocks differ, and people type slowly. */
const window = 1
const recoveryCodes = 10

export function codeDoor({ db, clock, sessions, tries, seal, instanceName }: DoorParts): CodeDoor {
  const wrong = () => fault('UNAUTHENTICATED', { reason: 'this code is wrong, or was used already' })

  /** The time step of a right code (RFC 6238 §4.2). */
  function stepOf(secret: string, code: string): number | undefined {
    const now = clock.now()
    const delta = new TOTP({ secret: Secret.fromBase32(secret), period }).validate({ token: code.replace(/\s/g, ''), timestamp: now, window })
    return delta === null ? undefined : Math.floor(now / 1000 / period) + delta
  }

  async function use(w: Writer, id: string, totp: string, code: string): Promise<'code' | 'recovery code'> {
    const secret = seal.open(totp, id)
    const step = secret === undefined ? undefined : stepOf(secret, code)
    if (step === undefined && (await w.members.useRecoveryCode(id, recoveryHash(code)))) return 'recovery code'
    if (secret === undefined) throw fault('UNAVAILABLE', { reason: 'one-time codes were set up under another THOLE_SECRET; a recovery code works' })
    if (step === undefined || !(await w.members.useTotpStep(id, step))) throw wrong()
    if (seal.isOpen(totp)) await w.members.setTotp(id, { secret: seal.close(secret, id), step })
    return 'code'
  }

  async function renew(w: Writer, id: string): Promise<string[]> {
    const codes = Array.from({ length: recoveryCodes }, newRecoveryCode)
    await w.members.setRecoveryCodes(id, codes.map(recoveryHash))
    return codes
  }

  const note = (w: Writer, kind: 'member.second-factor-added' | 'member.second-factor-removed', { member, accountId }: SignedIn) =>
    w.events.insert({ accountId, kind, actor: { kind: 'member', id: member.id, name: member.email }, at: clock.now() })

  return {
    async enter(who, code, headers) {
      const takeBack = await tries.begin(codeLimits(who.member.id))
      const entered = await sessions.change(async (w) => {
        const member = await sessions.lock(w, who)
        if (member.totp === undefined) throw wrong()
        return sessions.begin(w, member, headers, { by: await use(w, member.id, member.totp, code), factors: 2, accountId: who.accountId })
      })
      await takeBack()
      return entered
    },

    async propose(who) {
      sessions.demandFresh(who)
      if ((await db.read((r) => r.members.byId(who.member.id)))?.totp !== undefined) throw fault('CONFLICT', { reason: 'one-time codes are set up already' })
      const totp = new TOTP({ issuer: (await instanceName()).replaceAll(':', ' '), label: who.member.email, secret: new Secret({ size: 20 }), period })
      return { secret: totp.secret.base32, uri: totp.toString() }
    },

    async confirm(who, secret, code, headers) {
      sessions.demandFresh(who)
      if (!/^[A-Z2-7]{32}$/.test(secret)) throw fault('INVALID_REQUEST', { reason: 'the secret is not the one that was shown' })
      const takeBack = await tries.begin(codeLimits(who.member.id))
      const step = stepOf(secret, code)
      if (step === undefined) throw fault('INVALID_REQUEST', { reason: 'this code is wrong; check the clock of your device' })
      await takeBack()
      return sessions.change(async (w) => {
        const member = await sessions.lock(w, who)
        if (member.totp !== undefined) throw fault('CONFLICT', { reason: 'one-time codes are set up already' })
        await w.members.setTotp(member.id, { secret: seal.close(secret, member.id), step })
        const shown = await renew(w, member.id)
        await w.members.endSessions(member.id)
        await note(w, 'member.second-factor-added', who)
        const entered = await sessions.begin(w, { ...member, totp: secret }, headers, { by: 'code', factors: 2, accountId: who.accountId })
        return { ...entered, recoveryCodes: shown }
      })
    },

    async renewRecoveryCodes(who) {
      sessions.demandFresh(who)
      return db.write(async (w) => renew(w, (await sessions.lock(w, who)).id))
    },

    async remove(who) {
      sessions.demandFresh(who)
      await sessions.change(async (w) => {
        const { id } = await sessions.lock(w, who)
        await w.members.setTotp(id, undefined)
        await w.members.setRecoveryCodes(id, [])
        await note(w, 'member.second-factor-removed', who)
      })
    },
  }
}

/** Sixteen letters and digits, 80 random bits. */
function newRecoveryCode(): string {
  const text = new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32.toLowerCase()
  return text.replace(/(.{4})(?!$)/g, '$1-')
}

function recoveryHash(code: string): string {
  return secretHash(code.toLowerCase().replace(/[^a-z2-7]/g, ''))
}
