import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Post } from '../../ports/post.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { breachedPasswords } from './breached.ts'
import { codeDoor } from './codes.ts'
import { justNow } from './just-now.ts'
import { letterDoor } from './letters.ts'
import { linkDoor } from './links.ts'
import { memberDoor } from './members.ts'
import type { DoorParts } from './parts.ts'
import { passkeyDoor } from './passkeys.ts'
import { passwordDoor } from './passwords.ts'
import { passwordRules } from './password-rules.ts'
import type { Provider } from './provider.ts'
import { providerDoor } from './providers.ts'
import { sealAll } from './seal-all.ts'
import { createSeal } from './seal.ts'
import { createSessions } from './sessions.ts'
import { countTries } from './tries.ts'

export interface SignInParts {
  db: Db
  clock: Clock
  /** People reach the server by https: cookies are for https alone. */
  secure: boolean
  /** Where letters say that the server is, without a trailing slash. */
  home: () => string
  instanceName: () => Promise<string>
  /** Whether this server asks everybody for a second factor. */
  asksForTwo: () => Promise<boolean>
  /** Absent: no letters are sent. */
  post?: Post
  providers?: readonly Provider[]
  /** Which does not lie in the database: what has to be read again is closed with it there. */
  secret?: string
  /** A file of passwords that have leaked. */
  breached?: string
  /** The caller's address as the server's edge knows it, never as the caller says; undefined: tries are counted by e-mail alone. */
  addressOf?: (headers: Headers) => string | undefined
  /** Called when keys may have been revoked. */
  onClaim?: () => void
  /** Wrong tries a minute from one address. */
  triesPerAddress?: number
}

export function createSignIn({ db, clock, secure, asksForTwo, breached, secret, providers = [], addressOf = () => undefined, onClaim = () => {}, triesPerAddress = 30, ...rest }: SignInParts): SignIn {
  // Asked for each session that is looked up.
  const policy = justNow<{ two: boolean }>(clock)
  const askPolicy = async () => (await policy.of('', async () => ({ two: await asksForTwo() })))?.two ?? false
  const sessions = createSessions({ db, clock, secure, addressOf, asksForTwo: askPolicy })
  const forget = () => {
    policy.forget()
    sessions.forget()
  }
  const rules = passwordRules({ instanceName: rest.instanceName, breached: breached === undefined ? undefined : breachedPasswords(breached) })
  const seal = createSeal(secret)
  const parts: DoorParts = { ...rest, db, clock, sessions, tries: countTries(db, clock), rules, seal, addressOf, onClaim, triesPerAddress }
  return {
    async start() {
      if (secret !== undefined) await sealAll(db, seal)
    },
    members: memberDoor(parts),
    sessions: { ...sessions, forget },
    passwords: passwordDoor(parts),
    links: linkDoor(parts),
    providers: providerDoor(parts, providers, secure),
    passkeys: passkeyDoor(parts),
    codes: codeDoor(parts),
    letters: letterDoor(parts),
  }
}
