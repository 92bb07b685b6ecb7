import type { Config } from '../config/config.ts'
import { chosenNetwork, createAccounts, createInvitations, createJoining, createMembers, createPeople, createSettings, createSetup } from '../domain/accounts/index.ts'
import type { Db } from '../ports/db/index.ts'
import type { Mailer } from '../ports/mailer.ts'
import type { Post } from '../ports/post.ts'
import type { SignIn } from '../ports/sign-in.ts'
import { openMailer } from '../services/mail/index.ts'
import { systemClock as clock } from './clock.ts'
import { openSignIn } from './sign-in.ts'

interface Parts {
  db: Db
  /** Absent: no letters are sent. */
  post?: Post
  /** Where letters say that the server is, without a trailing slash. */
  home: () => string
  /** Called when keys may have been revoked. */
  onClaim: () => void
}

/** Who comes in, and how. */
export function openPeople(config: Config, { db, post, home, onClaim }: Parts) {
  const settings = createSettings({ db, clock, onChange: () => signIn.sessions.forget() })
  const signIn: SignIn = openSignIn(config, { db, settings, post, home, onClaim })
  const isOpen = config.people.signUp === 'open'
  const accounts = createAccounts({ db, signIn, clock, isOpen })
  return {
    settings,
    signIn,
    accounts,
    setup: createSetup({ db, accounts, settings }),
    members: createMembers({ db, signIn, clock }),
    invitations: createInvitations({ db, clock, post, home, instanceName: settings.name }),
    joining: createJoining({ db, signIn, clock, isOpen }),
    people: createPeople({ db, signIn, clock }),
    signUp: config.people.signUp,
  }
}

/** Undefined: no letters are sent. */
export function openMail({ people: { mail } }: Config): Mailer | undefined {
  return mail && openMailer(mail)
}

/** With the network that was chosen on a page, where no variable says which. */
export async function withChosenNetwork(config: Config, db: Db): Promise<Config> {
  const chosen = config.withNetwork && (await chosenNetwork(db))
  if (!chosen) return config
  const { network, names } = config.withNetwork!(chosen)
  return { ...config, network, names }
}
