import type { Config } from '../config/config.ts'
import type { Settings } from '../domain/accounts/index.ts'
import { remoteAddressHeader } from '../http/edge.ts'
import type { Db } from '../ports/db/index.ts'
import type { Post } from '../ports/post.ts'
import type { SignIn } from '../ports/sign-in.ts'
import { createSignIn, gitHub, openIdConnect, type Provider } from '../services/sign-in/index.ts'
import { systemClock as clock } from './clock.ts'

interface Parts {
  db: Db
  settings: Settings
  post?: Post
  /** Where letters say that the server is. */
  home: () => string
  onClaim: () => void
}

export function openSignIn({ http, limits, people }: Config, { settings, ...parts }: Parts): SignIn {
  return createSignIn({
    ...parts,
    clock,
    secure: http.publicUrl !== undefined && new URL(http.publicUrl).protocol === 'https:',
    instanceName: settings.name,
    asksForTwo: settings.asksForTwo,
    providers: providers(people),
    breached: people.breachedPasswords,
    secret: people.secret,
    triesPerAddress: limits.failures || Infinity,
    addressOf: (headers) => headers.get(remoteAddressHeader) ?? undefined,
  })
}

function providers({ gitHub: hub, oidc }: Config['people']): Provider[] {
  return [...(hub ? [gitHub({ id: 'github', name: 'GitHub', ...hub })] : []), ...(oidc ? [openIdConnect({ id: 'oidc', ...oidc })] : [])]
}
