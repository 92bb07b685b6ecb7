import { emailAddress, normalEmail } from '../../kernel/email.ts'
import type { MemberDoor } from '../../ports/sign-in.ts'
import type { DoorParts } from './parts.ts'
import { hashPassword } from './password.ts'

export function memberDoor({ db, clock, rules }: DoorParts): MemberDoor {
  return {
    async draft({ email: text, password, verified = false, madeBy }) {
      const email = emailAddress(text)
      if (password !== undefined) await rules(password, email)
      const now = clock.now()
      return { id: crypto.randomUUID(), email, madeBy, created: now, ...(verified && { verified: now }), ...(password !== undefined && { password: await hashPassword(password) }) }
    },

    async byEmail(email) {
      const member = await db.read((r) => r.members.byEmail(normalEmail(email)))
      return member && { id: member.id, email: member.email }
    },

    about: (id) =>
      db.read(async (r) => {
        const member = await r.members.byId(id)
        const [recoveryCodes, passkeys, identities] = [await r.members.countRecoveryCodes(id), await r.passkeys.ofMember(id), await r.identities.ofMember(id)]
        return { verified: member?.verified !== undefined, password: member?.password !== undefined, codes: member?.totp !== undefined, recoveryCodes, passkeys, identities }
      }),
  }
}
