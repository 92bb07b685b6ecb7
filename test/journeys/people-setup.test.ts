import { expect, test } from 'vitest'
import { newPerson } from '../support/person.ts'
import { startServer } from '../support/server.ts'

const admin = { email: 'first@example.org', password: 'a sentence that nobody guesses' }

test('the set-up page names the server and chooses its network, from the next start on; a variable wins', async () => {
  const server = await startServer({ THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_SWARM: '/ip4/127.0.0.1/tcp/0', THOLE_BOOTSTRAP: '' })
  try {
    const person = newPerson(() => server.url)
    const instance = async () => (await person.call('GET', 'instance')).body
    expect(await instance()).toMatchObject({ name: 'Thole', setup: true, network: { mode: 'local', byVariable: false } })
    const token = /setup#token=(\S+)/.exec(server.output())?.[1]
    expect((await person.call('POST', 'setup', { token, ...admin, name: 'Harbour', network: 'public' })).status).toBe(201)
    expect(await instance()).toMatchObject({ name: 'Harbour', setup: false, network: { mode: 'local', byVariable: false } })
    expect((await person.call('GET', 'admin/settings')).body).toEqual({ name: 'Harbour', network: 'public', secondFactor: false })
    // A variable that is set wins, and says so.
    await server.killAndRestart({ THOLE_NETWORK: 'none' })
    expect(await instance()).toMatchObject({ network: { mode: 'none', byVariable: true } })
    expect((await person.call('PATCH', 'admin/settings', { name: ' ' })).status).toBe(400)
    expect((await person.call('GET', 'session')).status).toBe(200)
  } finally {
    await server.stop()
  }
})

test('with https the cookie is for https and this host alone', async () => {
  const server = await startServer({ THOLE_NETWORK: 'none', THOLE_PUBLIC_URL: 'https://thole.example.org', THOLE_HSTS: '31536000' })
  try {
    const answer = await fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify(server.admin), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' } })
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-thole\.session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await fetch(server.url)).headers.get('strict-transport-security')).toBe('max-age=31536000')
  } finally {
    await server.stop()
  }
})
