import {
  ClientSecretPost, Configuration, allowInsecureRequests, discovery, fetchProtectedResource, fetchUserInfo, type TokenEndpointResponse, type TokenEndpointResponseHelpers,
} from 'openid-client'
import { fault } from '../../kernel/faults.ts'

export interface ProviderOptions {
  /** In addresses: `github`, `oidc`. */
  id: string
  /** On the button. */
  name: string
  clientId: string
  clientSecret: string
}

/** A service that says who somebody is. */
export interface Provider {
  id: string
  name: string
  /** What subjects belong to: another server's subjects are other people. */
  realm: string
  scope: string
  /** Whether it takes a nonce, and signs it into its answer (OpenID Connect Core §3.1.2.1). */
  hasNonce: boolean
  configuration(): Promise<Configuration>
  /** Fault UNAUTHENTICATED where no e-mail is proved. */
  who(configuration: Configuration, tokens: Tokens): Promise<{ subject: string; email: string }>
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

/** Seconds that a provider may take for an answer. */
const timeout = 10

/** GitHub, an enterprise server of it, or an emulator: OAuth 2.0 without OpenID Connect. `url` and `apiUrl`: without trailing slashes. */
export function gitHub({ id, name, clientId, clientSecret, url, apiUrl }: ProviderOptions & { url: string; apiUrl: string }): Provider {
  const server = { issuer: `${url}/login/oauth`, authorization_endpoint: `${url}/login/oauth/authorize`, token_endpoint: `${url}/login/oauth/access_token` }
  const configuration = new Configuration(server, clientId, undefined, ClientSecretPost(clientSecret))
  configuration.timeout = timeout
  // Where the operator wrote http, a proxy or an emulator of theirs is there.
  if ([url, apiUrl].some(isPlain)) allowInsecureRequests(configuration)

  async function read(access: string, path: string): Promise<unknown> {
    const answer = await fetchProtectedResource(configuration, access, new URL(apiUrl + path), 'GET', undefined, new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'thole' }))
    if (!answer.ok) throw fault('UPSTREAM_FAILED', { reason: `${name} answered ${answer.status}` })
    return answer.json()
  }

  return {
    id,
    name,
    realm: `github ${url}`,
    scope: 'read:user user:email',
    hasNonce: false,
    configuration: async () => configuration,
    async who(_, { access_token }) {
      const [user, emails] = await Promise.all([read(access_token, '/user'), read(access_token, '/user/emails')])
      const subject = (user as { id?: unknown }).id
      const primary = (Array.isArray(emails) ? emails : []).find((one: { primary?: unknown; verified?: unknown; email?: unknown }) => one.primary === true && one.verified === true)
      if (typeof subject !== 'number') throw fault('UPSTREAM_FAILED', { reason: `${name} did not say who it is` })
      return { subject: String(subject), email: proved(primary?.email, name) }
    },
  }
}

/** Any OpenID Connect provider, by its discovery document. */
export function openIdConnect({ id, name, clientId, clientSecret, issuer }: ProviderOptions & { issuer: string }): Provider {
  let found: Promise<Configuration> | undefined
  return {
    id,
    name,
    realm: `oidc ${issuer}`,
    scope: 'openid email',
    hasNonce: true,
    configuration() {
      // Asked when it is first needed, and again where it did not answer.
      found ??= discovery(new URL(issuer), clientId, undefined, ClientSecretPost(clientSecret), { timeout, execute: isPlain(issuer) ? [allowInsecureRequests] : [] }).catch((error: unknown) => {
        found = undefined
        throw error
      })
      return found
    },
    async who(configuration, tokens) {
      const claims = tokens.claims()
      if (!claims) throw fault('UPSTREAM_FAILED', { reason: `${name} did not say who it is` })
      const told = claims.email === undefined ? await fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims
      return { subject: claims.sub, email: proved(told.email_verified === true ? told.email : undefined, name) }
    },
  }
}

function proved(email: unknown, name: string): string {
  if (typeof email === 'string' && email !== '') return email.trim().toLowerCase()
  throw fault('UNAUTHENTICATED', { reason: `${name} knows no verified primary e-mail of yours`, hint: 'no-verified-email' })
}

function isPlain(url: string): boolean {
  return new URL(url).protocol === 'http:'
}
