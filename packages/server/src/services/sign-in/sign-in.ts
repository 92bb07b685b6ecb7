import { randomBytes } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, MemberRow, MemberSession } from '../../ports/db/index.ts'
import type { Member, SignIn } from '../../ports/sign-in.ts'
import { sessionCookie } from './cookie.ts'
import { hashPassword, isOutdated, verifyPassword } from './password.ts'
import { countTries } from './tries.ts'

export interface SignInParts {
  db: Db
  clock: Clock
  /** Where people reach the server. With https, cookies are for https alone. */
  baseUrl: string
  /** The caller's address as the server's edge knows it, never as the caller says; undefined: tries are counted by e-mail alone. */
  addressOf?: (headers: Headers) => string | undefined
  /** Wrong tries a minute from one address. */
  triesPerAddress?: number
}

/** Milliseconds that a session lasts, used or unused; and how coarsely its use is noted. */
const lifetime = 7 * 86_400_000
const idleLimit = 3 * 86_400_000
const noteEvery = 3_600_000
/** Sessions of one member; the oldest end first. */
const maxSessions = 20

export function createSignIn({ db, clock, baseUrl, addressOf = () => undefined, triesPerAddress = 30 }: SignInParts): SignIn {
  const cookie = sessionCookie({ secure: new URL(baseUrl).protocol === 'https:' })
  const tries = countTries(clock, triesPerAddress)

  async function start(member: MemberRow, headers: Headers): Promise<string> {
    const id = randomBytes(32).toString('base64url')
    const now = clock.now()
    await db.write(async (w) => {
      for (const old of cookie.read(headers)) await w.members.endSession(secretHash(old))
      await w.members.dropSessions(now - lifetime)
      await w.members.startSession({ hash: secretHash(id), memberId: member.id, created: now, seen: now }, maxSessions)
    })
    return cookie.set(id, lifetime / 1000)
  }

  /** A database that takes no writes at the moment signs nobody out. */
  async function note(session: MemberSession, now: number): Promise<void> {
    if (now - session.seen > noteEvery) await db.write((w) => w.members.touchSession(session.hash, now)).catch(() => undefined)
  }

  return {
    async createMember(email, password) {
      const member: MemberRow = { id: crypto.randomUUID(), email: checkEmail(email), password: await hashPassword(password), created: clock.now() }
      await db.write((w) => w.members.insert(member))
      return toMember(member)
    },

    hasMember: async (email) => (await db.read((r) => r.members.byEmail(normal(email)))) !== undefined,

    async signIn(email, password, headers) {
      const takeBack = tries.begin(normal(email), addressOf(headers))
      const member = await db.read((r) => r.members.byEmail(normal(email)))
      const right = await verifyPassword(password, member?.password)
      if (!member || !right) throw fault('UNAUTHENTICATED', { reason: 'e-mail or password is wrong' })
      takeBack()
      if (isOutdated(member.password)) {
        const renewed = await hashPassword(password)
        await db.write((w) => w.members.setPassword(member.id, renewed))
      }
      return { member: toMember(member), cookies: [await start(member, headers)] }
    },

    async session(headers) {
      const now = clock.now()
      for (const id of cookie.read(headers)) {
        const found = await db.read((r) => r.members.session(secretHash(id)))
        if (!found || now - found.session.created >= lifetime || now - found.session.seen >= idleLimit) continue
        await note(found.session, now)
        return toMember(found.member)
      }
      return undefined
    },

    async signOut(headers) {
      const ids = cookie.read(headers)
      if (ids.length > 0) await db.write(async (w) => {
        for (const id of ids) await w.members.endSession(secretHash(id))
      })
      return [cookie.clear()]
    },
  }
}

function toMember({ id, email }: MemberRow): Member {
  return { id, email }
}

function normal(email: string): string {
  return email.trim().toLowerCase()
}

function checkEmail(text: string): string {
  const email = normal(text)
  if (!/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) || email.length > 254) throw fault('INVALID_REQUEST', { reason: 'this is not an e-mail address' })
  return email
}
