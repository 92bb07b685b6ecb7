import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createEmulator, type Emulator } from 'emulate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { asPerson, startOidc } from '../support/oidc.ts'
import { newPerson } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'

let gitHub: Emulator
/** Between the server and GitHub's API: tells it that some e-mails are not verified. */
let relay: Server
let oidc: Awaited<ReturnType<typeof startOidc>>
let server: TestServer
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  const users = ['ada', 'bob', 'eve', 'chief', 'late'].map((login) => ({ login, name: login, email: `${login === 'chief' ? 'admin' : login}@example.org` }))
  const port = await freePort()
  const redirect_uris = [`http://127.0.0.1:${port}/api/v1/sign-in/with/github/callback`]
  gitHub = await createEmulator({ service: 'github', port: await freePort(), seed: { github: { users, oauth_apps: [{ client_id: 'thole', client_secret: 'shh', name: 'Thole', redirect_uris }] } } } as never)
  relay = createServer((request, response) => {
    void fetch(`${gitHub.url}${request.url}`, { headers: { authorization: request.headers.authorization ?? '' } }).then(async (answer) => {
      const text = await answer.text()
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text.includes('eve@') ? text.replaceAll('"verified":true', '"verified":false') : text)
    })
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  oidc = await startOidc(() => [`${server.url}/api/v1/sign-in/with/oidc/callback`])
  server = await startServer({
    THOLE_NETWORK: 'none',
    THOLE_PORT: String(port),
    THOLE_GITHUB_URL: gitHub.url,
    THOLE_GITHUB_API_URL: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    THOLE_GITHUB_CLIENT_ID: 'thole',
    THOLE_GITHUB_CLIENT_SECRET: 'shh',
    THOLE_OIDC_ISSUER: oidc.issuer,
    THOLE_OIDC_CLIENT_ID: oidc.clientId,
    THOLE_OIDC_CLIENT_SECRET: oidc.clientSecret,
    THOLE_OIDC_NAME: 'The Office',
  })
})
afterAll(async () => {
  await server?.stop()
  await oidc?.close()
  await gitHub?.close()
  relay?.closeAllConnections()
  relay?.close()
})

const person = () => newPerson(() => server.url)
const go = (query: string) => `${server.url}/api/v1/sign-in/with/${query}`

/** Chooses this person on GitHub's page. */
const asLogin = (login: string) => ({ url, html }: { url: string; html: string }) => {
  const form = [...html.matchAll(/<form[^>]*>[^]*?<\/form>/g)].map(([text]) => text).find((text) => text.includes(`value="${login}"`))
  if (!form) return undefined
  const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!.replaceAll('&amp;', '&')])
  return { url: new URL('/login/oauth/callback', url).href, form: Object.fromEntries(fields) }
}

async function invite(email: string): Promise<string> {
  const admin = person()
  expect(await admin.signIn(server.admin.email, server.admin.password)).toBe(200)
  const { status, body } = await admin.call('POST', 'admin/invitations', { email })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.token
}

test('the doors are told, and what is not configured is none', async () => {
  expect((await person().call('GET', 'sign-in')).body).toEqual({ links: false, passkeys: false, providers: [{ id: 'github', name: 'GitHub' }, { id: 'oidc', name: 'The Office' }], signUp: 'closed' })
  expect((await person().call('POST', 'sign-in/link', { email: 'a@example.org' })).status).toBe(404)
})

test('nobody who was not invited comes in', async () => {
  const ada = person()
  expect(await ada.travel(go('github?to=/files'), asLogin('ada'))).toBe('/signin?problem=nobody-here')
  expect((await ada.call('GET', 'session')).status).toBe(401)
})

test.each([['github', 'ada', asLogin('ada')], ['oidc', 'carl', asPerson('carl@example.org')]] as const)('an invitation is accepted with %s, and the identity is known from then on', async (provider, name, click) => {
  const token = await invite(`${name}@example.org`)
  const first = person()
  expect(await first.travel(go(`${provider}?to=/files&invitation=${token}`), click)).toBe('/files')
  expect((await first.call('GET', 'session')).body).toMatchObject({ email: `${name}@example.org`, role: 'owner', account: { email: `${name}@example.org`, role: 'user' } })
  expect((await first.call('GET', 'me')).body).toMatchObject({ verified: true, password: false, identities: [{ email: `${name}@example.org` }] })
  const again = person()
  expect(await again.travel(go(`${provider}?to=${encodeURIComponent('/pins?status=failed')}`), click)).toBe('/pins?status=failed')
  expect((await again.call('GET', 'session')).status).toBe(200)
})

test('a member who is known by the provider accepts an invitation in their session', async () => {
  const admin = person()
  await admin.signIn(server.admin.email, server.admin.password)
  const { token } = (await admin.call('POST', 'members/invitations', { email: 'ada@example.org', role: 'reader' })).body
  const ada = person()
  expect(await ada.travel(go(`github?invitation=${token}`), asLogin('ada'))).toBe(`/invitation#token=${token}`)
  expect((await ada.call('POST', 'sign-in/invitation/accept', { token })).status).toBe(200)
  expect((await ada.call('GET', 'session')).body).toMatchObject({ role: 'reader', account: { email: server.admin.email } })
})

test('one identity is linked in the settings, signs in, and is unlinked', async () => {
  const admin = person()
  await admin.signIn(server.admin.email, server.admin.password)
  expect(await admin.travel(go('github?to=/settings&link=true'), asLogin('bob'))).toBe('/settings')
  const [identity] = (await admin.call('GET', 'me')).body.identities
  expect(identity).toMatchObject({ email: 'bob@example.org' })
  const other = person()
  expect(await other.travel(go('github'), asLogin('bob'))).toBe('/')
  expect((await other.call('GET', 'session')).body.email).toBe(server.admin.email)
  expect((await admin.call('POST', 'me/identities/unlink', identity)).status).toBe(204)
  expect(await person().travel(go('github'), asLogin('bob'))).toBe('/signin?problem=nobody-here')
})

test('what one person began links nothing with another, and what a page planted leads nowhere else', async () => {
  const [thief, admin] = [person(), person()]
  await admin.signIn(server.admin.email, server.admin.password)
  expect(await thief.travel(go('oidc'), asPerson('carl@example.org'))).toBe('/')
  const [session, journey] = ['session', 'journey'].map((name) => `${server.url} thole.${name}`) as [string, string]
  const own = thief.cookies.get(session)!
  const inAnotherSession = (page: { url: string; html: string }) => {
    thief.cookies.set(session, admin.cookies.get(session)!)
    return asLogin('bob')(page)
  }
  expect(await thief.travel(go('github?to=/settings&link=true'), inAnotherSession)).toBe('/settings?problem=begin-again')
  expect((await admin.call('GET', 'me')).body.identities).toEqual([])
  expect(await person().travel(go('github?link=true'), asLogin('bob'))).toBe('/signin?problem=begin-again')

  thief.cookies.set(session, own)
  const elsewhere = (page: { url: string; html: string }) => {
    const begun = JSON.parse(Buffer.from(thief.cookies.get(journey)!, 'base64url').toString()) as object
    thief.cookies.set(journey, Buffer.from(JSON.stringify({ ...begun, errand: { to: '//elsewhere.invalid/' } })).toString('base64url'))
    return asLogin('ada')(page)
  }
  expect(await thief.travel(go('github?to=/files'), elsewhere)).toBe('/')
})

test('a member whose e-mail was never proved here is not taken over by somebody who has it elsewhere', async () => {
  const thief = person()
  expect(await thief.travel(go('github'), asLogin('chief'))).toBe('/signin?problem=unproved-here')
  expect(await thief.travel(go('oidc'), asPerson(server.admin.email))).toBe('/signin?problem=unproved-here')
  expect((await thief.call('GET', 'session')).status).toBe(401)
  // Somebody invited by a link, with a password, did not prove it either.
  const late = person()
  expect((await late.call('POST', 'sign-in/invitation/accept', { token: await invite('late@example.org'), password })).status).toBe(200)
  expect(await thief.travel(go('github'), asLogin('late'))).toBe('/signin?problem=unproved-here')
})

test('an e-mail that the provider has not verified is none', async () => {
  const eve = person()
  const token = await invite('eve@example.org')
  expect(await eve.travel(go(`github?invitation=${token}`), asLogin('eve'))).toBe('/signin?problem=no-verified-email')
  expect(await eve.travel(go(`oidc?invitation=${token}`), asPerson('unverified-eve@example.org'))).toBe('/signin?problem=no-verified-email')
  expect((await eve.call('GET', 'session')).status).toBe(401)
})

test("nobody is signed in by another browser's answer, by a wrong state, or twice by one code", async () => {
  let callback = ''
  const hold = asLogin('ada')
  const start = await fetch(go('github'), { redirect: 'manual' })
  const journey = start.headers.getSetCookie()[0]!
  expect(journey).toMatch(/^thole\.journey=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
  const location = start.headers.get('location')!
  expect(new URL(location).searchParams.get('code_challenge_method')).toBe('S256')
  const page = await fetch(location)
  const { url, form } = hold({ url: location, html: await page.text() })!
  const back = await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
  callback = back.headers.get('location')!
  const cookie = journey.split(';')[0]!
  const arrive = (address: string, headers: Record<string, string>) => fetch(address, { headers, redirect: 'manual' })
  const endOf = async (answer: Promise<Response>) => (await answer).headers.get('location')
  expect(await endOf(arrive(callback, {}))).toBe('/signin?problem=begin-again')
  expect(await endOf(arrive(callback.replace(/state=[^&]+/, 'state=other'), { cookie }))).toBe('/signin?problem=begin-again')
  expect(await endOf(arrive(callback, { cookie }))).toBe('/')
  expect(await endOf(arrive(callback, { cookie }))).toBe('/signin?problem=provider-failed')
})

test.each(['https://evil.example/', '//evil.example/', '/\\evil.example', '/%5Cevil', 'javascript:alert(1)', '/a\tb', `/${'a'.repeat(3000)}`])('after signing in nobody is led away to %.40s', async (to) => {
  const ada = person()
  const end = await ada.travel(go(`github?to=${encodeURIComponent(to)}`), asLogin('ada'))
  expect([end, new URL(end, server.url).origin]).toEqual([to === '/%5Cevil' ? to : '/', new URL(server.url).origin])
})
