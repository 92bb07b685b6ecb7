import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** A real OpenID Connect provider on loopback. Whoever types a name into its page is that person; `unverified-…` never proved the e-mail. */
export async function startOidc(redirectUris: () => string[]) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { clientId: 'thole', clientSecret: 'a secret of this test' }
  let provider: Provider | undefined
  // Made with the first request: where the server under test listens is known only then.
  server.on('request', (request, response) => {
    provider ??= new Provider(issuer, {
      clients: [{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: redirectUris(), token_endpoint_auth_method: 'client_secret_post' }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      pkce: { required: () => true },
      cookies: { keys: ['one', 'two'] },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: sub.replace(/^unverified-/, ''), email_verified: !sub.startsWith('unverified-') }) }),
      features: { devInteractions: { enabled: true } },
    })
    void provider.callback()(request, response)
  })
  return {
    issuer,
    ...client,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Signs in on its pages with this name, and consents. */
export function asPerson(login: string) {
  return ({ url, html }: { url: string; html: string }) => {
    const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1]
    if (!action) return undefined
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? 'consent'
    return { url: new URL(action, url).href, form: { prompt, ...(prompt === 'login' && { login, password: 'any' }) } }
  }
}
