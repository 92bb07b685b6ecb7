import { randomBytes } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, FoundSession, MemberRow, Reader, Writer } from '../../ports/db/index.ts'
import type { Entered, Member, Needs, SessionDoor, SignedIn } from '../../ports/sign-in.ts'
import { secretCookie } from './cookie.ts'
import { justNow } from './just-now.ts'

/** Milliseconds that a session lasts, used or unused; and how coarsely its use is noted. */
const lifetime = 7 * 86_400_000
const idleLimit = 3 * 86_400_000
const noteEvery = 3_600_000
/** Sessions of one member; the oldest end first. */
const maxSessions = 20
/** How long after signing in a person may change how they sign in. */
const freshMinutes = 15

export interface How {
  /** In a word, for the list of events. */
  by: string
  factors: 1 | 2
  /** Default: the first that the person owns. */
  accountId?: string
}

export interface Sessions extends SessionDoor {
  /** A session with a new id in the place of the one that the browser has, in the caller's transaction, which `change` made. */
  begin(w: Writer, member: MemberRow, headers: Headers, how: How): Promise<Entered>
  /** Locks the member whose session this is, for a transaction that goes by it: it may have ended meanwhile. Fault UNAUTHENTICATED. */
  lock(w: Writer, who: SignedIn): Promise<MemberRow>
  /** A transaction after which everybody is looked up anew. */
  change<T>(work: (w: Writer) => Promise<T>): Promise<T>
}

export interface SessionParts {
  db: Db
  clock: Clock
  /** With https, cookies are for https alone. */
  secure: boolean
  addressOf: (headers: Headers) => string | undefined
  /** Whether this server asks everybody for a second factor. */
  asksForTwo: () => Promise<boolean>
}

export function createSessions({ db, clock, secure, addressOf, asksForTwo }: SessionParts): Sessions {
  const cookie = secretCookie('thole.session', { secure })
  const known = justNow<SignedIn>(clock)
  const idsIn = (headers: Headers) => cookie.read(headers).filter((id) => /^[\w-]{43}$/.test(id))

  async function change<T>(work: (w: Writer) => Promise<T>): Promise<T> {
    try {
      return await db.write(work)
    } finally {
      known.forget()
    }
  }

  async function begin(w: Writer, member: MemberRow, headers: Headers, { by, factors, accountId }: How): Promise<Entered> {
    const secret = randomBytes(32).toString('base64url')
    const now = clock.now()
    for (const old of idsIn(headers)) await w.members.endSession(secretHash(old))
    await w.members.dropSessions(now - lifetime)
    const all = await w.memberships.ofMember(member.id)
    const shown = all.find((one) => one.accountId === accountId) ?? all[0]
    const seenAs = { agent: headers.get('user-agent')?.slice(0, 200), address: addressOf(headers) }
    await w.members.startSession({ hash: secretHash(secret), id: crypto.randomUUID(), memberId: member.id, accountId: shown?.accountId, created: now, seen: now, factors, ...seenAs }, maxSessions)
    const needs = await needsOf(w, member, factors)
    await w.events.insert({ accountId: shown?.accountId, kind: 'member.signed-in', actor: { kind: 'member', id: member.id, name: member.email }, at: now, data: { by } })
    return { member: toMember(member), cookies: [cookie.set(secret, lifetime / 1000)], accountId: shown?.accountId, role: shown?.role, needs }
  }

  async function lock(w: Writer, { member: { id }, hash }: SignedIn): Promise<MemberRow> {
    const member = await w.members.lock(id)
    if (!member || !(await w.members.session(hash))) throw fault('UNAUTHENTICATED', { reason: 'this session has ended' })
    return member
  }

  async function needsOf(r: Reader, { id, totp }: MemberRow, factors: 1 | 2): Promise<Needs | undefined> {
    if (factors === 2) return undefined
    if (totp !== undefined) return 'second-factor'
    if (!(await asksForTwo())) return undefined
    return (await r.passkeys.ofMember(id)).length > 0 ? 'second-factor' : 'enrolment'
  }

  async function lookUp(hash: string): Promise<SignedIn | undefined> {
    const now = clock.now()
    const who = await db.read(async (r) => {
      const found = await r.members.session(hash)
      if (!found || now - found.session.created >= lifetime || now - found.session.seen >= idleLimit) return undefined
      return { ...found, needs: await needsOf(r, found.member, found.session.factors) }
    })
    if (!who) return undefined
    const { session, member, needs } = who
    // A database that takes no writes at the moment signs nobody out.
    if (now - session.seen > noteEvery) await db.write((w) => w.members.touchSession(hash, now)).catch(() => undefined)
    return { member: toMember(member), sessionId: session.id, hash, created: session.created, factors: session.factors, needs, ...(await accountOf(who)) }
  }

  /** What the session shows; where the person has nothing to do with that any more, another account of theirs. */
  async function accountOf({ member, account, role }: FoundSession): Promise<Pick<SignedIn, 'accountId' | 'account' | 'role'>> {
    if (account && role !== undefined) return { accountId: account.id, account, role }
    return db.read(async (r) => {
      const other = (await r.memberships.ofMember(member.id))[0]
      return other ? { accountId: other.accountId, account: await r.accounts.byId(other.accountId), role: other.role } : {}
    })
  }

  return {
    begin,
    lock,
    change,
    forget: known.forget,

    async of(headers) {
      let found: SignedIn | undefined
      for (const id of idsIn(headers)) {
        const hash = secretHash(id)
        const one = await known.of(hash, () => lookUp(hash))
        // Without https, a page on another host name of the gateway can plant a cookie of this name: then nobody knows who is meant.
        if (one && found && one.member.id !== found.member.id) return undefined
        found ??= one
      }
      return found
    },

    start: ({ id }, headers) =>
      change(async (w) => {
        const member = await w.members.lock(id)
        if (!member) throw fault('UNAUTHENTICATED', { reason: 'there is no such member any more' })
        return begin(w, member, headers, { by: 'invitation', factors: 1 })
      }),

    async end(headers) {
      const open: string[] = []
      for (const hash of idsIn(headers).map(secretHash)) if (await db.read((r) => r.members.session(hash))) open.push(hash)
      // What is no session makes nobody look anything up anew.
      if (open.length > 0) await change(async (w) => {
        for (const hash of open) await w.members.endSession(hash)
      })
      return [cookie.clear()]
    },

    list: async ({ member }) => {
      const now = clock.now()
      const all = await db.read((r) => r.members.sessions(member.id))
      return all.filter(({ created, seen }) => now - created < lifetime && now - seen < idleLimit)
    },

    async endOne(who, id) {
      const ended = await change(async (w) => {
        const found = await w.members.endSessionById(who.member.id, id)
        if (found) await w.events.insert(revoked(who, clock.now(), 'one'))
        return found
      })
      if (!ended) throw fault('NOT_FOUND', { what: 'session of that id' })
    },

    endOthers: (who) =>
      change(async (w) => {
        await lock(w, who)
        await w.members.endSessions(who.member.id, who.hash)
        await w.events.insert(revoked(who, clock.now(), 'all others'))
      }),

    lookAt: (who, accountId) => change((w) => w.members.setSessionAccount(who.hash, accountId)),

    demandFresh({ created }) {
      if (clock.now() - created > freshMinutes * 60_000) throw fault('SIGN_IN_AGAIN', { minutes: freshMinutes })
    },
  }
}

function toMember({ id, email }: MemberRow): Member {
  return { id, email }
}

function revoked({ member, accountId }: SignedIn, at: number, which: string) {
  return { accountId, kind: 'session.revoked', actor: { kind: 'member', id: member.id, name: member.email }, at, data: { which } } as const
}
