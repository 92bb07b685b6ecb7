import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPerson, type Person } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let folder: string
let admin: Person
const password = 'a sentence that nobody guesses'
const leaked = 'this one is known from a leak'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-people-'))
  const file = join(folder, 'breached.txt')
  const lines = [leaked, ...Array.from({ length: 500 }, (_, i) => `other ${i}`)].map((word) => `${createHash('sha1').update(word).digest('hex').toUpperCase()}:7`)
  await writeFile(file, `${lines.toSorted().join('\r\n')}\r\n`)
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_BREACHED_PASSWORDS: file })
  admin = person()
  await admin.signIn(server.admin.email, server.admin.password)
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const person = (agent?: string) => newPerson(() => server.url, agent)

async function join_(email: string, role?: string): Promise<Person> {
  const { body } = role ? await admin.call('POST', 'members/invitations', { email, role }) : await admin.call('POST', 'admin/invitations', { email })
  const who = person()
  expect((await who.call('POST', 'sign-in/invitation/accept', { token: body.token, password })).status).toBe(200)
  return who
}

describe('members of an account', () => {
  test('do what their role allows, and no more', async () => {
    const [member, reader] = [await join_('member@example.org', 'member'), await join_('reader@example.org', 'reader')]
    const tries: [string, string, unknown, number, number][] = [
      ['GET', 'pins', undefined, 200, 200],
      ['GET', 'uploads', undefined, 200, 403],
      ['POST', 'pins', { cid: 'bafkqaaa' }, 201, 403],
      ['GET', 'members', undefined, 200, 403],
      ['GET', 'keys', undefined, 200, 403],
      ['POST', 'keys', { name: 'k' }, 403, 403],
      ['POST', 'members/invitations', { email: 'x@example.org', role: 'owner' }, 403, 403],
      ['GET', 'members/invitations', undefined, 403, 403],
      ['POST', 'admin/invitations', { email: 'x@example.org' }, 403, 403],
      ['GET', 'admin/settings', undefined, 403, 403],
      ['POST', 'admin/members/reset', { email: server.admin.email }, 403, 403],
    ]
    for (const [method, path, body, asMember, asReader] of tries) {
      const answers = [await member.call(method, path, body), await reader.call(method, path, body)].map(({ status }) => (status === 202 ? 201 : status))
      expect([method, path, ...answers]).toEqual([method, path, asMember, asReader])
    }
    // Their own affairs are theirs.
    expect((await reader.call('GET', 'me')).status).toBe(200)
    expect((await reader.call('GET', 'me/sessions')).body.sessions).toHaveLength(1)
  })

  test('change roles and go, but an owner stays', async () => {
    const who = await join_('mover@example.org', 'reader')
    const list = (await admin.call('GET', 'members')).body.members as { id: string; email: string; role: string }[]
    const idOf = (email: string) => list.find((one) => one.email === email)!.id
    expect((await who.call('GET', 'members')).status).toBe(403)
    expect((await admin.call('PATCH', `members/${idOf('mover@example.org')}`, { role: 'owner' })).status).toBe(204)
    expect((await who.call('GET', 'keys')).status).toBe(200)
    expect((await admin.call('PATCH', `members/${idOf('mover@example.org')}`, { role: 'member' })).status).toBe(204)
    expect((await admin.call('PATCH', `members/${idOf(server.admin.email)}`, { role: 'reader' })).status).toBe(409)
    expect((await admin.call('DELETE', `members/${idOf(server.admin.email)}`)).status).toBe(409)
    expect((await who.call('DELETE', `members/${idOf('mover@example.org')}`)).status).toBe(204)
    expect(await who.call('GET', 'pins')).toMatchObject({ status: 403, body: { code: 'ACCOUNT_MISSING' } })
    expect((await who.call('GET', 'session')).body).toEqual({ email: 'mover@example.org', needs: 'account' })
    expect((await who.call('POST', 'session/account')).status).toBe(404)
  })

  test('look at one of their accounts at a time', async () => {
    const who = await join_('two@example.org')
    const { body } = await admin.call('POST', 'members/invitations', { email: 'two@example.org', role: 'member' })
    expect((await who.call('POST', 'sign-in/invitation', { token: body.token })).body).toMatchObject({ account: server.admin.email, role: 'member', isMember: true })
    expect((await person().call('POST', 'sign-in/invitation/accept', { token: body.token, password })).status).toBe(409)
    expect((await (await join_('stranger@example.org')).call('POST', 'sign-in/invitation/accept', { token: body.token })).status).toBe(409)
    expect((await who.call('POST', 'sign-in/invitation/accept', { token: body.token })).status).toBe(200)
    expect((await who.call('GET', 'session')).body).toMatchObject({ role: 'member', account: { email: server.admin.email } })
    const { accounts } = (await who.call('GET', 'session/accounts')).body
    const own = accounts.find((one: { role: string }) => one.role === 'owner')
    expect((await who.call('PUT', 'session/account', { account: own.id })).status).toBe(204)
    expect((await who.call('GET', 'session')).body).toMatchObject({ role: 'owner', account: { email: 'two@example.org' } })
    const strange = (await admin.call('GET', 'session')).body.account.id
    expect((await (await join_('other@example.org')).call('PUT', 'session/account', { account: strange })).status).toBe(404)
  })

  test('are out from the next request on when their account is suspended, and in again when it goes on', async () => {
    const who = await join_('suspended@example.org')
    const [{ id }] = (await admin.call('GET', 'admin/accounts?search=suspended@')).body.accounts
    for (const [suspended, status] of [[true, 403], [false, 200]] as const) {
      await who.call('GET', 'pins')
      expect((await admin.call('PATCH', `admin/accounts/${id}`, { suspended })).status).toBe(204)
      expect([suspended, (await who.call('GET', 'pins')).status]).toEqual([suspended, status])
    }
  })

  test('are asked in once, and not after the invitation was withdrawn', async () => {
    const { body } = await admin.call('POST', 'members/invitations', { email: 'gone@example.org', role: 'member' })
    expect((await admin.call('GET', 'members/invitations')).body.invitations).toMatchObject([{ id: body.id, email: 'gone@example.org', madeBy: server.admin.email, mailed: false }])
    expect((await admin.call('DELETE', `members/invitations/${body.id}`)).status).toBe(204)
    expect((await person().call('POST', 'sign-in/invitation', { token: body.token })).status).toBe(401)
  })
})

describe('passwords', () => {
  test.each([['leaked', leaked], ['the e-mail', 'guessable@example.org'], ['too short', 'seven77'], ['one letter', 'aaaaaaaaaa'], ['a run', 'abcdefghij'], ['the name of the server', 'thole-thole']])('%s is refused', async (_, word) => {
    const { body } = await admin.call('POST', 'admin/invitations', { email: 'guessable@example.org' })
    const answer = await person().call('POST', 'sign-in/invitation/accept', { token: body.token, password: word })
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  test('a change needs the present one, and ends all other sessions', async () => {
    const one = await join_('changer@example.org')
    const two = person('Firefox/140.0 (Linux)')
    await two.signIn('changer@example.org', password)
    const { sessions } = (await one.call('GET', 'me/sessions')).body
    expect(sessions).toHaveLength(2)
    expect(sessions.find((it: { current: boolean }) => !it.current)).toMatchObject({ agent: 'Firefox/140.0 (Linux)', address: '127.0.0.1' })
    expect((await one.call('PUT', 'me/password', { current: 'not it', password: `${password} 2` })).status).toBe(400)
    const before = [...one.cookies.values()]
    expect((await one.call('PUT', 'me/password', { current: password, password: `${password} 2` })).status).toBe(200)
    expect([...one.cookies.values()]).not.toEqual(before)
    expect((await one.call('GET', 'session')).status).toBe(200)
    expect((await two.call('GET', 'session')).status).toBe(401)
    expect(await two.signIn('changer@example.org', `${password} 2`)).toBe(200)
    const other = (await one.call('GET', 'me/sessions')).body.sessions.find((it: { current: boolean }) => !it.current)
    expect((await one.call('DELETE', `me/sessions/${other.id}`)).status).toBe(204)
    expect((await two.call('GET', 'session')).status).toBe(401)
    expect((await admin.call('DELETE', `me/sessions/${other.id}`)).status).toBe(404)
  })

  test('a lost one is replaced by the link of an admin, once', async () => {
    const who = await join_('lost@example.org')
    const { body } = await admin.call('POST', 'admin/members/reset', { email: 'lost@example.org' })
    expect((await person().call('POST', 'sign-in/reset/use', { token: body.token, password: 'the new sentence' })).status).toBe(200)
    expect((await who.call('GET', 'session')).status).toBe(401)
    expect((await person().call('POST', 'sign-in/reset/use', { token: body.token, password: 'another sentence' })).status).toBe(401)
  })

  test('guessing is limited, also after the server was killed and started again', async () => {
    await join_('guessed@example.org')
    for (let i = 0; i < 5; i++) expect(await person().signIn('guessed@example.org', `guess ${i}`)).toBe(401)
    expect(await person().signIn('guessed@example.org', password)).toBe(429)
    await server.killAndRestart()
    expect(await person().signIn('guessed@example.org', password)).toBe(429)
    expect(await person().signIn('lost@example.org', 'the new sentence')).toBe(200)
  })
})

describe('a second factor', () => {
  const codeOf = (secret: string, steps = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 })

  test('is asked for after the password; each code works once, and a recovery code helps', async () => {
    const who = await join_('codes@example.org')
    const { secret, uri } = (await who.call('POST', 'me/codes/proposal')).body
    expect(uri).toContain('otpauth://totp/')
    expect((await who.call('POST', 'me/codes', { secret, code: '000000' })).status).toBe(400)
    const { status, body } = await who.call('POST', 'me/codes', { secret, code: codeOf(secret) })
    expect([status, body.recoveryCodes.length]).toEqual([200, 10])
    const back = person()
    expect((await back.call('POST', 'session', { email: 'codes@example.org', password })).body).toMatchObject({ needs: 'second-factor' })
    for (const path of ['pins', 'me', 'keys', 'members', 'me/sessions']) expect([path, (await back.call('GET', path)).status]).toEqual([path, 403])
    // It was used to set them up.
    expect((await back.call('POST', 'session/code', { code: codeOf(secret) })).status).toBe(401)
    const half = [...back.cookies.values()]
    expect((await back.call('POST', 'session/code', { code: codeOf(secret, 1) })).body).toEqual({ email: 'codes@example.org' })
    expect([...back.cookies.values()]).not.toEqual(half)
    expect((await back.call('GET', 'keys')).status).toBe(200)
    const lost = person()
    await lost.signIn('codes@example.org', password)
    expect((await lost.call('POST', 'session/code', { code: codeOf(secret, 1) })).status).toBe(401)
    expect((await lost.call('POST', 'session/code', { code: body.recoveryCodes[3].toUpperCase() })).status).toBe(200)
    expect((await lost.call('GET', 'me')).body).toMatchObject({ codes: true, recoveryCodes: 9 })
    const again = person()
    await again.signIn('codes@example.org', password)
    expect((await again.call('POST', 'session/code', { code: body.recoveryCodes[3] })).status).toBe(401)
  })

  test('is closed in the database at the first start with THOLE_SECRET, and goes on', async () => {
    const own = await startServer({ THOLE_NETWORK: 'none' })
    try {
      const who = newPerson(() => own.url)
      await who.signIn(own.admin.email, own.admin.password)
      const { secret } = (await who.call('POST', 'me/codes/proposal')).body
      expect((await who.call('POST', 'me/codes', { secret, code: codeOf(secret) })).status).toBe(200)
      const enter = async () => {
        const back = newPerson(() => own.url)
        expect(await back.signIn(own.admin.email, own.admin.password)).toBe(200)
        return (await back.call('POST', 'session/code', { code: codeOf(secret, 1) })).status
      }
      const withSecret = { THOLE_SECRET: 's'.repeat(32) }
      await own.killAndRestart(withSecret)
      // Nobody has signed in meanwhile: it was closed by the start alone.
      await own.killAndRestart({ THOLE_SECRET: '' })
      expect(await enter()).toBe(503)
      await own.killAndRestart(withSecret)
      expect(await enter()).toBe(200)
    } finally {
      await own.stop()
    }
  })

  test('can be asked of everybody: a session without one can only set one up', async () => {
    const who = await join_('plain@example.org')
    expect((await admin.call('PATCH', 'admin/settings', { secondFactor: true })).body).toMatchObject({ secondFactor: true })
    expect((await who.call('GET', 'pins')).status).toBe(403)
    expect((await who.call('GET', 'session')).body.needs).toBe('enrolment')
    expect((await who.call('PUT', 'me/password', { current: password, password: 'quite another one' })).status).toBe(403)
    const { secret } = (await who.call('POST', 'me/codes/proposal')).body
    expect((await who.call('POST', 'me/codes', { secret, code: codeOf(secret) })).body.needs).toBeUndefined()
    expect((await who.call('GET', 'pins')).status).toBe(200)
  })
})
