import { emailAddress, normalEmail } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { MemberRow, Writer } from '../../ports/db/index.ts'
import type { PasswordDoor, SignedIn } from '../../ports/sign-in.ts'
import { claim } from './claim.ts'
import { letterLimits, passwordLimits } from './limits.ts'
import type { DoorParts } from './parts.ts'
import { hashPassword, isOutdated, verifyPassword } from './password.ts'
import { issueToken, letterMs, shownMinutes } from './tokens.ts'

export function passwordDoor({ db, clock, sessions, tries, rules, post, addressOf, onClaim, triesPerAddress }: DoorParts): PasswordDoor {
  const wrong = () => fault('UNAUTHENTICATED', { reason: 'e-mail or password is wrong' })

  /** The member of this e-mail and password; a try that fails counts. */
  async function prove(email: string, password: string, headers: Headers): Promise<MemberRow> {
    const takeBack = await tries.begin(passwordLimits(email, addressOf(headers), triesPerAddress))
    const member = await db.read((r) => r.members.byEmail(email))
    if (!(await verifyPassword(password, member?.password)) || !member) {
      await noteRefusal(email, addressOf(headers))
      throw wrong()
    }
    await takeBack()
    return member
  }

  /** For admins alone, and whether anybody has the e-mail or not: the same work. */
  const noteRefusal = (email: string, address: string | undefined) =>
    db.write((w) => w.events.insert({ kind: 'member.sign-in-refused', actor: { kind: 'system' }, at: clock.now(), data: { email: email.slice(0, 254), reason: address === undefined ? undefined : `from ${address}` } }))

  /** Whoever knew the old one, or has a link for a new one, is out. */
  async function store(w: Writer, member: MemberRow, password: string): Promise<void> {
    await w.members.setPassword(member.id, password)
    await w.members.endSessions(member.id)
    for (const kind of ['reset', 'magic'] as const) await w.loginTokens.removeOf(member.id, kind)
  }

  const noteChange = (w: Writer, { id, email }: MemberRow, accountId: string | undefined) =>
    w.events.insert({ accountId, kind: 'member.password-changed', actor: { kind: 'member', id, name: email }, at: clock.now() })

  /** The member as it was when the present password was proved, or was found to be none. */
  async function demandCurrent(who: SignedIn, current: string | undefined, headers: Headers): Promise<MemberRow | undefined> {
    const member = await db.read((r) => r.members.byId(who.member.id))
    if (member?.password === undefined) {
      sessions.demandFresh(who)
      return member
    }
    if (current === undefined) throw fault('INVALID_REQUEST', { reason: 'the present password is missing' })
    return prove(who.member.email, current, headers).catch((error: Error & { code?: string }) => {
      throw error.code === 'UNAUTHENTICATED' ? fault('INVALID_REQUEST', { reason: 'the present password is wrong' }) : error
    })
  }

  return {
    async enter(email, password, headers) {
      const proved = await prove(normalEmail(email), password, headers)
      const renewed = isOutdated(proved.password!) ? await hashPassword(password) : undefined
      return sessions.change(async (w) => {
        const member = await w.members.lock(proved.id)
        // Proving takes a while, in which it may have been changed.
        if (!member || member.password !== proved.password) throw wrong()
        if (renewed) await w.members.setPassword(member.id, renewed)
        return sessions.begin(w, member, headers, { by: 'password', factors: 1 })
      })
    },

    async change(who, { current, password }, headers) {
      const proved = await demandCurrent(who, current, headers)
      await rules(password, who.member.email)
      const hashed = await hashPassword(password)
      return sessions.change(async (w) => {
        const member = await sessions.lock(w, who)
        if (member.password !== proved?.password) throw fault('CONFLICT', { reason: 'the password was changed at the same moment' })
        await store(w, member, hashed)
        await noteChange(w, member, who.accountId)
        return sessions.begin(w, member, headers, { by: 'password', factors: who.factors, accountId: who.accountId })
      })
    },

    resetToken: (memberId) => db.write((w) => issueToken(w, 'reset', clock.now(), shownMinutes, { memberId })),

    async sendReset(text, headers) {
      if (!post) throw fault('NOT_FOUND', { what: 'mail' })
      const email = emailAddress(text)
      await tries.begin(letterLimits(email, addressOf(headers)))
      const member = await db.read((r) => r.members.byEmail(email))
      // The same work, whether anybody has the e-mail or not; the letter itself is written after the answer.
      await db.write((w) => post.put(w, { what: 'reset', to: email, memberId: member?.id }, clock.now() + letterMs))
    },

    async reset(token, password, headers) {
      const hash = secretHash(token)
      const invalid = () => fault('UNAUTHENTICATED', { reason: 'this link does not work (any more); ask for a new one' })
      const found = await db.read(async (r) => {
        const memberId = (await r.loginTokens.get(hash, 'reset', clock.now()))?.memberId
        return memberId === undefined ? undefined : r.members.byId(memberId)
      })
      if (!found) throw invalid()
      await rules(password, found.email)
      const hashed = await hashPassword(password)
      return sessions.change(async (w) => {
        const known = await w.members.lock(found.id)
        const taken = await w.loginTokens.take(hash, 'reset', clock.now())
        if (!known || !taken) throw invalid()
        // A letter was read; a link that an admin handed over proves nothing of the mailbox.
        const member = taken.email === known.email ? await claim(w, known, clock.now()) : known
        await store(w, member, hashed)
        await noteChange(w, member, undefined)
        return sessions.begin(w, member, headers, { by: 'reset', factors: 1 })
      }).finally(onClaim)
    },
  }
}
