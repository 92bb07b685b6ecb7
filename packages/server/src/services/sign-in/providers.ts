import {
  AuthorizationResponseError, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState,
} from 'openid-client'
import { Fault, fault } from '../../kernel/faults.ts'
import type { ProviderDoor } from '../../ports/sign-in.ts'
import { secretCookie } from './cookie.ts'
import { identities } from './identities.ts'
import { addressLimit } from './limits.ts'
import { readJourney, writeJourney } from './journey.ts'
import type { DoorParts } from './parts.ts'
import type { Provider } from './provider.ts'

/** Seconds that somebody may take at the provider. */
const journeySeconds = 600

/**
 * Signing in by somebody else's word (RFC 6749 §4.1 with RFC 7636, OpenID Connect Core §3.1). What the answer is held against waits in a
 * cookie of the browser that set out, so that nobody else's answer is taken there.
 */
export function providerDoor(parts: DoorParts, providers: readonly Provider[], secure: boolean): ProviderDoor {
  const cookie = secretCookie('thole.journey', { secure })

  function get(id: string): Provider {
    const found = providers.find((one) => one.id === id)
    if (!found) throw fault('NOT_FOUND', { what: 'way to sign in of that name' })
    return found
  }

  return {
    ...identities(parts, (realm) => providers.find((one) => one.realm === realm)?.name ?? realm),
    list: () => providers.map(({ id, name }) => ({ id, name })),

    async begin(id, errand, origin) {
      const { name, scope, hasNonce, configuration } = get(id)
      const client = await configuration().catch((error: unknown) => failed(name, error))
      const journey = { provider: id, state: randomState(), nonce: hasNonce ? randomNonce() : undefined, verifier: randomPKCECodeVerifier(), origin, errand }
      const location = buildAuthorizationUrl(client, {
        redirect_uri: `${origin}/api/v1/sign-in/with/${id}/callback`,
        scope,
        state: journey.state,
        code_challenge: await calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: 'S256',
        ...(journey.nonce !== undefined && { nonce: journey.nonce }),
      })
      return { location: location.href, cookies: [cookie.set(writeJourney(journey), journeySeconds)] }
    },

    async finish(id, url, headers) {
      const provider = get(id)
      const state = url.searchParams.get('state')
      // Anybody can write such a cookie, and have the provider asked.
      const takeBack = await parts.tries.begin(addressLimit(parts.addressOf(headers), parts.triesPerAddress))
      const journey = cookie.read(headers).map(readJourney).find((one) => one?.provider === id && one.state === state)
      if (!journey) throw fault('UNAUTHENTICATED', { reason: 'this sign-in was not begun in this browser, or too long ago; begin again', hint: 'begin-again' })
      const client = await provider.configuration().catch((error: unknown) => failed(provider.name, error))
      const came = new URL(`${journey.origin}${url.pathname}${url.search}`)
      try {
        const tokens = await authorizationCodeGrant(client, came, { expectedState: journey.state, expectedNonce: journey.nonce, pkceCodeVerifier: journey.verifier, idTokenExpected: provider.hasNonce })
        const foreigner = { provider: provider.realm, ...(await provider.who(client, tokens)) }
        await takeBack()
        return { foreigner, errand: journey.errand, cookies: [cookie.clear()] }
      } catch (error) {
        return failed(provider.name, error)
      }
    },
  }
}

function failed(name: string, error: unknown): never {
  if (error instanceof Fault) throw error
  if (error instanceof AuthorizationResponseError) throw fault('UNAUTHENTICATED', { reason: `${name} did not let you pass`, hint: 'refused-there' }, { cause: error })
  throw fault('UPSTREAM_FAILED', { reason: `${name} could not be asked`, hint: 'provider-failed' }, { cause: error })
}
