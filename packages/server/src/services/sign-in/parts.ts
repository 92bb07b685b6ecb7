import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Post } from '../../ports/post.ts'
import type { PasswordRules } from './password-rules.ts'
import type { Seal } from './seal.ts'
import type { Sessions } from './sessions.ts'
import type { Tries } from './tries.ts'

/** What every door of sign-in works with. */
export interface DoorParts {
  db: Db
  clock: Clock
  sessions: Sessions
  tries: Tries
  rules: PasswordRules
  seal: Seal
  /** Absent: no letters are sent. */
  post?: Post
  /** Where people reach the server, without a trailing slash. */
  home: () => string
  instanceName: () => Promise<string>
  /** The caller's address as the server's edge knows it, never as the caller says; undefined: tries are counted by e-mail alone. */
  addressOf: (headers: Headers) => string | undefined
  /** Called when keys may have been revoked: what others remember of them is over. */
  onClaim: () => void
  /** Wrong tries a minute from one address. */
  triesPerAddress: number
}
