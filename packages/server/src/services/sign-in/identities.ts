import { fault } from '../../kernel/faults.ts'
import type { MemberRow, Writer } from '../../ports/db/index.ts'
import type { Foreigner, ProviderDoor } from '../../ports/sign-in.ts'
import { hasOtherWay } from './other-ways.ts'
import type { DoorParts } from './parts.ts'

/**
 * Who a foreigner is here. An e-mail alone makes nobody a member: one who never proved here that it is theirs may be somebody who took it
 * before its owner came.
 */
export function identities({ clock, sessions, post }: DoorParts, nameOf: (realm: string) => string): Pick<ProviderDoor, 'enter' | 'link' | 'linkNew' | 'unlink'> {
  async function insert(w: Writer, { id, email }: { id: string; email: string }, foreigner: Foreigner, accountId?: string): Promise<void> {
    const now = clock.now()
    await w.identities.insert({ ...foreigner, memberId: id, created: now, used: now })
    await w.events.insert({ accountId, kind: 'member.provider-linked', actor: { kind: 'member', id, name: email }, at: now, data: { provider: nameOf(foreigner.provider) } })
  }

  async function memberOf(w: Writer, foreigner: Foreigner): Promise<MemberRow | undefined> {
    const linked = () => w.identities.get(foreigner.provider, foreigner.subject)
    const known = await linked()
    if (known) {
      const member = await w.members.lock(known.memberId)
      if ((await linked())?.memberId !== known.memberId) throw fault('CONFLICT', { reason: 'this link was changed at the same moment; try again' })
      await w.identities.touch(known.provider, known.subject, clock.now())
      return member
    }
    const found = await w.members.byEmail(foreigner.email)
    const same = found && (await w.members.lock(found.id))
    if (!same) return undefined
    if (same.verified === undefined) throw fault('CONFLICT', { reason: 'somebody here has this e-mail and never proved that it is theirs; sign in the way you did before, and link the two in Settings', hint: 'unproved-here' })
    await insert(w, same, foreigner)
    return same
  }

  return {
    enter: (foreigner, headers) =>
      sessions.change(async (w) => {
        const member = await memberOf(w, foreigner)
        return member && sessions.begin(w, member, headers, { by: nameOf(foreigner.provider), factors: 1 })
      }),

    async link(who, foreigner) {
      sessions.demandFresh(who)
      await sessions.change(async (w) => {
        await sessions.lock(w, who)
        const known = await w.identities.get(foreigner.provider, foreigner.subject)
        if (known?.memberId === who.member.id) return
        if (known) throw fault('CONFLICT', { reason: 'somebody else here signs in with it', hint: 'linked-elsewhere' })
        await insert(w, who.member, foreigner, who.accountId)
      })
    },

    linkNew: insert,

    async unlink(who, provider, subject) {
      sessions.demandFresh(who)
      await sessions.change(async (w) => {
        await sessions.lock(w, who)
        if (!(await w.identities.remove(who.member.id, provider, subject))) throw fault('NOT_FOUND', { what: 'link of that name' })
        if (!(await hasOtherWay(w, who.member.id, post !== undefined))) throw fault('CONFLICT', { reason: 'it is your only way to sign in; set a password first' })
      })
    },
  }
}
