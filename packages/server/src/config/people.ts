import { resolve } from 'node:path'
import type { Env, VariableName } from './env.ts'
import { httpUrl, oneOf, refuse } from './values.ts'

interface Client {
  clientId: string
  clientSecret: string
}

/** How people come in. */
export interface People {
  /** Whether anybody may make an account. */
  signUp: 'closed' | 'open'
  /** Absent: no letters are sent. */
  mail?: { /** `smtp://…` or `smtps://…`. */ url: string; /** `Name <address>`, or an address. */ from: string }
  /** `url` and `apiUrl`: without trailing slashes. */
  gitHub?: Client & { url: string; apiUrl: string }
  oidc?: Client & { issuer: string; /** On the button. */ name: string }
  /** Absolute path of a file of passwords that have leaked. */
  breachedPasswords?: string
  /** Closes in the database what has to be read again. */
  secret?: string
}

export function people(env: Env, dataFolder: string): People {
  const mail = mailOf(env)
  const signUp = oneOf(env, 'THOLE_SIGN_UP', ['closed', 'open'])
  if (signUp === 'open' && !mail) throw refuse('THOLE_SIGN_UP', 'needs THOLE_SMTP_URL to be open: an e-mail is proved by a letter')
  return { signUp, mail, gitHub: gitHub(env), oidc: oidc(env), breachedPasswords: env.THOLE_BREACHED_PASSWORDS ? resolve(dataFolder, env.THOLE_BREACHED_PASSWORDS) : undefined, secret: secretOf(env) }
}

function mailOf(env: Env): People['mail'] {
  const { THOLE_SMTP_URL: url, THOLE_MAIL_FROM: from } = env
  if (!url) return undefined
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol)) throw refuse('THOLE_SMTP_URL', 'must be smtp://user:password@host:port, or smtps://')
  if (!/^[^\s@<>]+@[^\s@<>]+$|^[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>$/.test(from)) throw refuse('THOLE_MAIL_FROM', 'must be an e-mail address, or Name <address>, where THOLE_SMTP_URL is set')
  return { url, from }
}

function secretOf({ THOLE_SECRET: secret }: Env): string | undefined {
  if (secret && secret.length < 32) throw refuse('THOLE_SECRET', 'must have 32 characters or more')
  return secret || undefined
}

function gitHub(env: Env): People['gitHub'] {
  const client = clientOf(env, 'THOLE_GITHUB_CLIENT_ID', 'THOLE_GITHUB_CLIENT_SECRET')
  if (!client) return undefined
  const url = httpUrl(env, 'THOLE_GITHUB_URL')
  const apiUrl = env.THOLE_GITHUB_API_URL ? httpUrl(env, 'THOLE_GITHUB_API_URL') : url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`
  return { ...client, url, apiUrl }
}

function oidc(env: Env): People['oidc'] {
  const client = clientOf(env, 'THOLE_OIDC_CLIENT_ID', 'THOLE_OIDC_CLIENT_SECRET')
  if (!env.THOLE_OIDC_ISSUER !== !client) throw refuse('THOLE_OIDC_ISSUER', 'goes together with THOLE_OIDC_CLIENT_ID and THOLE_OIDC_CLIENT_SECRET')
  return client && { ...client, issuer: httpUrl(env, 'THOLE_OIDC_ISSUER'), name: env.THOLE_OIDC_NAME }
}

function clientOf(env: Env, idName: VariableName, secretName: VariableName): Client | undefined {
  const [clientId, clientSecret] = [env[idName], env[secretName]]
  if (!clientId !== !clientSecret) throw refuse(idName, `goes together with ${secretName}`)
  return clientId ? { clientId, clientSecret } : undefined
}
