import type { Joining } from '../../domain/accounts/index.ts'
import { Fault, fault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { headersWithAddress, type Call } from '../edge.ts'
import { pageOf, personOf, setCookies, type PersonParts } from './entering.ts'
import type { Api } from './router.ts'
import { localPath } from './local-path.ts'

export interface ProviderRouteParts extends PersonParts {
  joining: Joining
  log: Log
  signIn: SignIn
  publicUrl?: string
}

/**
 * To a provider, and back. A browser is on the way, not a program: what goes wrong is told on the page of sign-in, by a word of ours, never by
 * what came with the address.
 */
export function providerRoutes(routes: Api, parts: ProviderRouteParts): void {
  const { joining, limits, log, signIn, publicUrl } = parts

  routes.get('/sign-in/with/:provider', async (call) => {
    const { to, invitation, link } = call.req.query()
    try {
      const session = link === 'true' ? (await personOf(call, parts, { enrolling: true })).sessionId : undefined
      const errand = { to: localPath(to), ...(invitation && { invitation: invitation.slice(0, 200) }), ...(session !== undefined && { link: session }) }
      const { location, cookies } = await signIn.providers.begin(call.req.param('provider'), errand, pageOf(call, publicUrl).origin)
      setCookies(call, cookies)
      return call.redirect(location)
    } catch (error) {
      return back(call, '/signin', error)
    }
  })

  routes.get('/sign-in/with/:provider/callback', async (call) => {
    const headers = headersWithAddress(limits, call)
    let page = '/signin'
    try {
      const { foreigner, errand, cookies } = await signIn.providers.finish(call.req.param('provider'), new URL(call.req.url), headers)
      setCookies(call, cookies)
      const to = localPath(errand.to)
      if (errand.link !== undefined) {
        page = to
        const who = await personOf(call, parts, { enrolling: true })
        if (who.sessionId !== errand.link) throw fault('UNAUTHENTICATED', { reason: 'this was not begun in this session; begin again', hint: 'begin-again' })
        await signIn.providers.link(who, foreigner)
      } else {
        const known = await signIn.providers.enter(foreigner, headers)
        const { cookies: session, needs } = known ?? (await (errand.invitation === undefined ? joining.arrive(foreigner, headers) : joining.accept(errand.invitation, { foreigner }, headers)))
        setCookies(call, session)
        if (needs) return call.redirect(`/signin?${new URLSearchParams({ to })}`)
        // Who was here before accepts in their session, if it is they who are meant.
        if (known && errand.invitation !== undefined) return call.redirect(`/invitation#token=${encodeURIComponent(errand.invitation)}`)
      }
      return call.redirect(to)
    } catch (error) {
      return back(call, page, error)
    }
  })

  function back(call: Call, page: string, error: unknown): Response {
    const hint = error instanceof Fault ? (error.data.hint ?? hints[error.code]) : undefined
    if (hint === undefined || hint === 'provider-failed') log.warn({ error: error instanceof Fault ? (error.cause ?? error.message) : error }, 'a sign-in by a provider failed')
    return call.redirect(`${page}${page.includes('?') ? '&' : '?'}problem=${encodeURIComponent(String(hint ?? 'provider-failed'))}`)
  }
}

/** What a page is told where the fault does not say itself. */
const hints: Partial<Record<Fault['code'], string>> = { SIGN_IN_AGAIN: 'sign-in-again', UNAUTHENTICATED: 'begin-again', SECOND_FACTOR_NEEDED: 'begin-again' }
