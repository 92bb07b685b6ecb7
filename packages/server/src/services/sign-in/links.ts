import { emailAddress } from '../../kernel/email.ts'
import { fault } from '../../kernel/faults.ts'
import { secretHash } from '../../kernel/secrets.ts'
import type { LinkDoor } from '../../ports/sign-in.ts'
import { claim } from './claim.ts'
import { letters } from './letters.ts'
import { letterLimits } from './limits.ts'
import type { DoorParts } from './parts.ts'
import { issueToken, letterMinutes } from './tokens.ts'

export function linkDoor({ db, clock, sessions, tries, mailer, home, instanceName, addressOf }: DoorParts): LinkDoor {
  const invalid = () => fault('UNAUTHENTICATED', { reason: 'this link does not work (any more); ask for a new one' })

  function demandMail(): NonNullable<typeof mailer> {
    if (!mailer) throw fault('NOT_FOUND', { what: 'mail' })
    return mailer
  }

  return {
    offered: mailer !== undefined,

    async send(text, headers, otherwise) {
      const post = demandMail()
      const email = emailAddress(text)
      await tries.begin(letterLimits(email, addressOf(headers)))
      const member = await db.read((r) => r.members.byEmail(email))
      // The same work, whether anybody has the e-mail or not: one token is stored, and the letter itself leaves after the answer.
      if (!member && otherwise) return otherwise(email)
      const { token } = await db.write((w) => issueToken(w, 'magic', clock.now(), letterMinutes, { memberId: member?.id, email }))
      if (member) post.send(letters(await instanceName(), home()).signIn(email, token))
    },

    enter: (token, headers) =>
      sessions.change(async (w) => {
        const taken = await w.loginTokens.take(secretHash(token), 'magic', clock.now())
        const member = taken?.memberId === undefined ? undefined : await w.members.byId(taken.memberId)
        if (!member || member.email !== taken?.email) throw invalid()
        return sessions.begin(w, await claim(w, member, clock.now()), headers, { by: 'link', factors: 1 })
      }),

    async sendVerification({ member: { id, email } }, headers) {
      const post = demandMail()
      await tries.begin(letterLimits(email, addressOf(headers)))
      const { token } = await db.write((w) => issueToken(w, 'verify', clock.now(), letterMinutes, { memberId: id, email }))
      post.send(letters(await instanceName(), home()).verify(email, token))
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
