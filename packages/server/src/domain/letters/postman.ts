import type { Clock } from '../../ports/clock.ts'
import type { Db, Job } from '../../ports/db/index.ts'
import type { Letter, Mailer } from '../../ports/mailer.ts'
import type { InvitationMailing, Mailing, SignInMailing } from '../../ports/post.ts'
import type { Waiting } from './post.ts'

export interface PostmanParts {
  db: Db
  clock: Clock
  mailer: Mailer
  /** Letters that lead in, written now; undefined: there is nobody to write to (any more). */
  signIn: { write(mailing: SignInMailing): Promise<Letter | undefined> }
  invitations: { write(mailing: InvitationMailing): Promise<Letter | undefined> }
}

/** Sends what was put into the post. */
export interface Postman {
  deliver(job: Pick<Job, 'payload' | 'attempts'>): Promise<{ done: true } | { done: false; runAt: number; reason: string }>
}

const backoff = { firstMs: 2_000, mostMs: 900_000 } as const

export function createPostman({ db, clock, mailer, signIn, invitations }: PostmanParts): Postman {
  function write(mailing: Mailing): Promise<Letter | undefined> | Letter {
    switch (mailing.what) {
      case 'notice':
        return mailing
      case 'invitation':
        return invitations.write(mailing)
      default:
        return signIn.write(mailing)
    }
  }

  /** For admins to see: whom it was for waits in vain. */
  async function giveUp({ what, to }: Mailing, reason: string): Promise<{ done: true }> {
    await db.write((w) => w.events.insert({ kind: 'letter.unsent', actor: { kind: 'system' }, at: clock.now(), data: { what, email: to, reason } }))
    return { done: true }
  }

  return {
    async deliver({ payload, attempts }) {
      const { mailing, until } = payload as Waiting
      if (isToNobody(mailing)) return { done: true }
      if (clock.now() >= until) return giveUp(mailing, 'it was not tried in time')
      const letter = await write(mailing)
      const sent = letter === undefined ? ({ ok: true } as const) : await mailer.send(letter)
      if (sent.ok) return { done: true }
      const runAt = clock.now() + Math.min(backoff.firstMs * 2 ** (attempts - 1), backoff.mostMs)
      return sent.forGood || runAt >= until ? giveUp(mailing, sent.reason) : { done: false, runAt, reason: sent.reason }
    },
  }
}

/** Put into the post all the same, so that nobody learns who is known. Admins are not told of it: its address is what any stranger typed. */
function isToNobody(mailing: Mailing): boolean {
  return mailing.what !== 'notice' && mailing.what !== 'invitation' && mailing.memberId === undefined
}
