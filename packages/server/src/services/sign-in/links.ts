import { emailAddress } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { LinkDoor } from '../../ports/sign-in.ts'
import { claim } from './claim.ts'
import { letterLimits } from './limits.ts'
import type { DoorParts } from './parts.ts'
import { letterMs } from './tokens.ts'

export function linkDoor({ db, clock, sessions, tries, post, addressOf, onClaim }: DoorParts): LinkDoor {
  const invalid = () => fault('UNAUTHENTICATED', { reason: 'this link does not work (any more); ask for a new one' })

  function demandPost(): NonNullable<typeof post> {
    if (!post) throw fault('NOT_FOUND', { what: 'mail' })
    return post
  }

  return {
    offered: post !== undefined,

    async send(text, headers, otherwise) {
      const own = demandPost()
      const email = emailAddress(text)
      await tries.begin(letterLimits(email, addressOf(headers)))
      const member = await db.read((r) => r.members.byEmail(email))
      // The same work, whether anybody has the e-mail or not: the letter itself is written after the answer.
      if (!member && otherwise) return otherwise(email)
      await db.write((w) => own.put(w, { what: 'sign-in', to: email, memberId: member?.id }, clock.now() + letterMs))
    },

    async enter(token, headers) {
      const hash = secretHash(token)
      const memberId = (await db.read((r) => r.loginTokens.get(hash, 'magic', clock.now())))?.memberId
      // What is no link makes nobody look anything up anew.
      if (memberId === undefined) throw invalid()
      return sessions.change(async (w) => {
        const member = await w.members.lock(memberId)
        const taken = await w.loginTokens.take(hash, 'magic', clock.now())
        if (!member || member.email !== taken?.email) throw invalid()
        return sessions.begin(w, await claim(w, member, clock.now()), headers, { by: 'link', factors: 1 })
      }).finally(onClaim)
    },

    async sendVerification({ member: { id, email } }, headers) {
      const own = demandPost()
      await tries.begin(letterLimits(email, addressOf(headers)))
      await db.write((w) => own.put(w, { what: 'verify', to: email, memberId: id }, clock.now() + letterMs))
    },

    verify: ({ member }, token) =>
      sessions.change(async (w) => {
        const taken = await w.loginTokens.take(secretHash(token), 'verify', clock.now())
        // Somebody who made a member with another's e-mail must not have it confirmed by that other.
        if (taken?.memberId !== member.id || taken.email !== member.email) throw invalid()
        await w.members.setVerified(member.id, clock.now())
      }),
  }
}
