import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
})
afterAll(() => server?.stop())

const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
const signIn = (cookie?: string) => fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { ...own, ...(cookie && { cookie }) }, body: JSON.stringify(server.admin) })
const status = async (cookie: string) => (await fetch(`${server.url}/api/v1/session`, { headers: { cookie } })).status

/** The session that an answer sets. */
function sessionIn(answer: Response): string {
  const found = answer.headers.getSetCookie().find((line) => line.startsWith('thole.session=') && !line.startsWith('thole.session=;'))
  if (found === undefined) throw new Error(`no session was set: ${answer.status}`)
  return found.split(';')[0]!
}

test('whoever plants a session id before somebody signs in does not hold theirs afterwards', async () => {
  const planted = `thole.session=${'p'.repeat(43)}`
  const session = sessionIn(await signIn(planted))
  expect(session).not.toBe(planted)
  expect([await status(session), await status(planted)]).toEqual([200, 401])
})

test('signing in again ends the session that the browser had', async () => {
  const first = sessionIn(await signIn())
  const second = sessionIn(await signIn(first))
  expect(second).not.toBe(first)
  expect([await status(first), await status(second)]).toEqual([401, 200])
})

test('a session that was ended is of no use, wherever it was copied to', async () => {
  const session = sessionIn(await signIn())
  const out = await fetch(`${server.url}/api/v1/session`, { method: 'DELETE', headers: { ...own, cookie: session } })
  expect([out.status, await status(session)]).toEqual([204, 401])
  expect(out.headers.getSetCookie().join()).toMatch(/thole\.session=;.*Max-Age=0/)
})

test('a cookie that is planted beside the session, by many names and shapes, takes nothing over', async () => {
  const session = sessionIn(await signIn())
  const beside = ['thole.session=', 'thole.session=x', `thole.session=${'a'.repeat(43)}`, 'thole.session', 'Thole.Session=x', ' thole.session =x', `__Host-thole.session=${'b'.repeat(43)}`, `thole.session="${'c'.repeat(43)}"`, `${'x=y; '.repeat(200)}`]
  for (const one of beside) {
    expect([one, await status(`${one}; ${session}`)]).toEqual([one, 200])
    expect([one, await status(one)]).toEqual([one, 401])
  }
})

test('no session is taken from an address, a header or a body', async () => {
  const session = sessionIn(await signIn())
  const id = session.slice(session.indexOf('=') + 1)
  for (const path of [`?${session}`, `;${session}`, `?session=${id}`, `?token=${id}`]) expect([path, (await fetch(`${server.url}/api/v1/session${path}`)).status]).toEqual([path, expect.toSatisfy((one: number) => one === 401 || one === 404)])
  for (const headers of [{ 'x-session': id }, { authorization: `Bearer ${id}` }, { authorization: `Basic ${btoa(`:${id}`)}` }] as Record<string, string>[]) expect((await fetch(`${server.url}/api/v1/uploads`, { headers })).status).toBe(401)
})

test('where the address is https, the session is for https and this host alone', async () => {
  const secure = await startServer({ THOLE_NETWORK: 'none', THOLE_PUBLIC_URL: 'https://files.example.org' })
  try {
    const answer = await fetch(`${secure.url}/api/v1/session`, { method: 'POST', headers: own, body: JSON.stringify(secure.admin) })
    const [line] = answer.headers.getSetCookie()
    expect(line).toMatch(/^__Host-thole\.session=[\w-]{43}; /)
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/']) expect(line).toContain(attribute)
    expect(line).not.toMatch(/Domain=/i)
    // What a page of the gateway can set for all of the site has no prefix, and is not looked at.
    const tossed = line!.split(';')[0]!.replace('__Host-', '')
    expect((await fetch(`${secure.url}/api/v1/session`, { headers: { cookie: tossed } })).status).toBe(401)
  } finally {
    await secure.stop()
  }
})
