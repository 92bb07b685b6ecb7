import { isIP } from 'node:net'
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse, type AuthenticationResponseJSON, type RegistrationResponseJSON } from '@simplewebauthn/server'
import { Fault, fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { PasskeyRow } from '../../ports/db/index.ts'
import type { PasskeyDoor, SignedIn } from '../../ports/sign-in.ts'
import { createChallenges } from './challenges.ts'
import { addressLimit } from './limits.ts'
import { hasOtherWay } from './other-ways.ts'
import type { DoorParts } from './parts.ts'

const entering = 'enter'
const adding = ({ member }: SignedIn) => `add ${member.id}`
const maxPasskeys = 20

/** Passkeys (WebAuthn Level 3). Who shows one has shown two factors: the device, and what unlocks it, since user verification is demanded. */
export function passkeyDoor({ db, clock, sessions, tries, post, instanceName, addressOf, triesPerAddress }: DoorParts): PasskeyDoor {
  const challenges = createChallenges(db, clock)
  const refused = (cause?: unknown) => fault('UNAUTHENTICATED', { reason: 'this passkey is not known here, or its answer came too late' }, { cause })

  async function check(answer: AuthenticationResponseJSON, known: PasskeyRow, page: URL) {
    const credential = { id: known.id, publicKey: new Uint8Array(Buffer.from(known.publicKey, 'base64url')), counter: known.counter, transports: [...known.transports] }
    const about = { response: answer, credential, expectedOrigin: page.origin, expectedRPID: page.hostname, requireUserVerification: true }
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({ ...about, expectedChallenge: (text) => challenges.isOwn(text, entering) })
    if (!verified) throw refused()
    return authenticationInfo
  }

  return {
    async options(page) {
      return generateAuthenticationOptions({ rpID: hostOf(page), userVerification: 'required', challenge: await challenges.issue(entering) })
    },

    async enter(given, page, headers) {
      hostOf(page)
      const takeBack = await tries.begin(addressLimit(addressOf(headers), triesPerAddress))
      const answer = given as AuthenticationResponseJSON
      const known = typeof answer.id === 'string' ? await db.read((r) => r.passkeys.get(answer.id)) : undefined
      if (!known) throw refused()
      const info = await check(answer, known, page).catch((error: unknown) => {
        throw error instanceof Fault ? error : refused(error)
      })
      const entered = await sessions.change(async (w) => {
        const member = await w.members.lock(known.memberId)
        // Checking takes a while, in which it may have been removed.
        if (!member || (await w.passkeys.get(known.id))?.publicKey !== known.publicKey) throw refused()
        await challenges.spend(w, challengeIn(answer))
        await w.passkeys.use(known.id, info.newCounter, clock.now())
        return sessions.begin(w, member, headers, { by: 'passkey', factors: 2 })
      })
      await takeBack()
      return entered
    },

    async newOptions(who, page) {
      sessions.demandFresh(who)
      const mine = await db.read((r) => r.passkeys.ofMember(who.member.id))
      if (mine.length >= maxPasskeys) throw fault('CONFLICT', { reason: `one person may have ${maxPasskeys} passkeys` })
      return generateRegistrationOptions({
        rpName: await instanceName(),
        rpID: hostOf(page),
        userName: who.member.email,
        userID: new Uint8Array(Buffer.from(who.member.id)),
        challenge: await challenges.issue(adding(who)),
        attestationType: 'none',
        excludeCredentials: mine.map(({ id, transports }) => ({ id, transports: [...transports] })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
    },

    async add(who, given, name, page, headers) {
      sessions.demandFresh(who)
      checkName(name)
      const answer = given as RegistrationResponseJSON
      const about = { response: answer, expectedOrigin: page.origin, expectedRPID: hostOf(page), requireUserVerification: true }
      const { registrationInfo } = await verifyRegistrationResponse({ ...about, expectedChallenge: (text) => challenges.isOwn(text, adding(who)) }).catch((cause: unknown) => {
        throw fault('INVALID_REQUEST', { reason: 'the answer of this passkey is not valid; try again' }, { cause })
      })
      if (!registrationInfo) throw fault('INVALID_REQUEST', { reason: 'the answer of this passkey is not valid; try again' })
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential
      return sessions.change(async (w) => {
        const member = await sessions.lock(w, who)
        await challenges.spend(w, challengeIn(answer))
        const now = clock.now()
        await w.passkeys.insert({ id, memberId: member.id, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports, name: name.trim() || 'passkey', created: now })
        await w.events.insert({ accountId: who.accountId, kind: 'member.passkey-added', actor: actorOf(who), at: now, data: { name } })
        // Whoever has to set up a second factor has done so; whoever has another shows that one first.
        return sessions.begin(w, member, headers, { by: 'passkey', factors: who.needs === 'second-factor' ? who.factors : 2, accountId: who.accountId })
      })
    },

    async remove(who, id) {
      sessions.demandFresh(who)
      await sessions.change(async (w) => {
        await sessions.lock(w, who)
        const found = await w.passkeys.get(id)
        if (!(await w.passkeys.remove(who.member.id, id))) throw fault('NOT_FOUND', { what: 'passkey of that id' })
        if (!(await hasOtherWay(w, who.member.id, post !== undefined))) throw fault('CONFLICT', { reason: 'it is your only way to sign in; set a password first' })
        await w.events.insert({ accountId: who.accountId, kind: 'member.passkey-removed', actor: actorOf(who), at: clock.now(), data: { name: found?.name ?? '' } })
      })
    },
  }
}

/** Passkeys belong to a host name (WebAuthn §5.1.3, RP ID). */
function hostOf({ hostname }: URL): string {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) throw fault('NOT_FOUND', { what: 'passkey for an IP address; open this server by a host name' })
  return hostname
}

function challengeIn({ response: { clientDataJSON } }: { response: { clientDataJSON: string } }): string {
  return (JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as { challenge: string }).challenge
}

function actorOf({ member: { id, email } }: SignedIn) {
  return { kind: 'member', id, name: email } as const
}
