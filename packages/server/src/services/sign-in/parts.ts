import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Mailer } from '../../ports/mailer.ts'
import type { PasswordRules } from './password-rules.ts'
import type { Sessions } from './sessions.ts'
import type { Tries } from './tries.ts'

/** What every door of sign-in works with. */
export interface DoorParts {
  db: Db
  clock: Clock
  sessions: Sessions
  tries: Tries
  rules: PasswordRules
  mailer?: Mailer
  /** Where people reach the server, without a trailing slash. */
  home: () => string
  instanceName: () => Promise<string>
  /** The caller's address as the server's edge knows it, never as the caller says; undefined: tries are counted by e-mail alone. */
  addressOf: (headers: Headers) => string | undefined
  /** Wrong tries a minute from one address. */
  triesPerAddress: number
}
