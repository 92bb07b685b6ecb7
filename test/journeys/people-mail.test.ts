import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPerson } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { startSmtp, type SmtpSink } from '../support/smtp.ts'

let server: TestServer
let smtp: SmtpSink
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  smtp = await startSmtp()
  server = await startServer({ THOLE_NETWORK: 'none', THOLE_SMTP_URL: smtp.url, THOLE_MAIL_FROM: 'Harbour <harbour@example.org>', THOLE_SIGN_UP: 'open' })
})
afterAll(async () => {
  await server?.stop()
  await smtp?.close()
})

const person = () => newPerson(() => server.url)
const lettersTo = (to: string) => smtp.letters.filter((letter) => letter.to.includes(to)).length

test('anybody signs up by a letter, and nobody learns whether an e-mail is known', async () => {
  const ada = person()
  const asked = await ada.call('POST', 'sign-in/sign-up', { email: 'Ada@Example.org' })
  const known = await ada.call('POST', 'sign-in/sign-up', { email: server.admin.email })
  expect([asked, known]).toEqual([{ status: 202, body: undefined }, { status: 202, body: undefined }])
  const token = await smtp.token('ada@example.org')
  expect((await ada.call('POST', 'sign-in/invitation', { token })).body).toEqual({ email: 'ada@example.org', role: 'owner', isMember: false })
  expect((await ada.call('POST', 'sign-in/invitation/accept', { token, password })).status).toBe(200)
  expect((await ada.call('GET', 'me')).body).toMatchObject({ email: 'ada@example.org', verified: true, password: true })
  expect((await ada.call('GET', 'session')).body).toMatchObject({ role: 'owner', account: { role: 'user' } })
  expect((await person().call('POST', 'sign-in/invitation/accept', { token, password })).status).toBe(401)
  // Whoever is known gets a link to sign in instead.
  expect((await person().call('POST', 'sign-in/link/use', { token: await smtp.token(server.admin.email) })).status).toBe(200)
})

test('a link of a letter signs in once; opening its page does not use it up', async () => {
  const before = lettersTo('ada@example.org')
  const ada = person()
  expect((await ada.call('POST', 'sign-in/link', { email: ' ADA@example.org ' })).status).toBe(202)
  const token = await smtp.token('ada@example.org', before + 1)
  expect((await fetch(`${server.url}/link`)).status).toBe(200)
  expect((await ada.call('POST', 'sign-in/link/use', { token: `${token.slice(0, -1)}A` })).status).toBe(401)
  expect((await ada.call('POST', 'sign-in/link/use', { token })).body).toEqual({ email: 'ada@example.org' })
  expect((await ada.call('GET', 'session')).status).toBe(200)
  expect((await person().call('POST', 'sign-in/link/use', { token })).status).toBe(401)
})

test('a forgotten password is set anew by a letter: links that were sent before, and all sessions, end', async () => {
  const ada = person()
  expect(await ada.signIn('ada@example.org', password)).toBe(200)
  const before = lettersTo('ada@example.org')
  await person().call('POST', 'sign-in/link', { email: 'ada@example.org' })
  const link = await smtp.token('ada@example.org', before + 1)
  await person().call('POST', 'sign-in/reset', { email: 'ada@example.org' })
  const token = await smtp.token('ada@example.org', before + 2)
  const other = person()
  expect((await other.call('POST', 'sign-in/reset/use', { token, password: 'short' })).status).toBe(400)
  expect((await other.call('POST', 'sign-in/reset/use', { token, password: `${password} anew` })).status).toBe(200)
  expect((await other.call('POST', 'sign-in/reset/use', { token, password: `${password} twice` })).status).toBe(401)
  expect((await ada.call('GET', 'session')).status).toBe(401)
  expect((await ada.call('POST', 'sign-in/link/use', { token: link })).status).toBe(401)
  expect(await ada.signIn('ada@example.org', password)).toBe(401)
  expect(await ada.signIn('ada@example.org', `${password} anew`)).toBe(200)
})

test('nobody who asks for letters to strangers is told anything, and after some no more are sent', async () => {
  const answers = []
  for (let i = 0; i < 7; i++) answers.push((await person().call('POST', 'sign-in/reset', { email: 'nobody@example.org' })).status)
  expect(answers).toEqual([202, 202, 202, 202, 202, 429, 429])
  expect(lettersTo('nobody@example.org')).toBe(0)
})

test('an invitation goes by letter, so that whoever accepts it has proved the e-mail; its maker is not shown the link', async () => {
  const admin = person()
  await admin.signIn(server.admin.email, server.admin.password)
  const asked = await admin.call('POST', 'members/invitations', { email: 'bob@example.org', role: 'reader' })
  expect(asked).toMatchObject({ status: 201, body: { id: expect.any(String) } })
  expect(asked.body.token).toBeUndefined()
  const bob = person()
  await bob.call('POST', 'sign-in/invitation/accept', { token: await smtp.token('bob@example.org'), password })
  expect((await bob.call('GET', 'me')).body.verified).toBe(true)
  expect((await bob.call('GET', 'session')).body).toMatchObject({ role: 'reader', account: { email: server.admin.email } })
})

test('an e-mail is proved by a letter only in the session of its member', async () => {
  const admin = person()
  await admin.signIn(server.admin.email, server.admin.password)
  await admin.call('PATCH', 'admin/settings', { name: 'Harbour' })
  const before = lettersTo(server.admin.email)
  expect((await admin.call('POST', 'me/verification')).status).toBe(202)
  const token = await smtp.token(server.admin.email, before + 1)
  expect(smtp.letters.at(-1)!.text).toContain('Harbour')
  const ada = person()
  await ada.signIn('ada@example.org', `${password} anew`)
  expect((await ada.call('POST', 'me/verify', { token })).status).toBe(401)
  expect((await person().call('POST', 'me/verify', { token })).status).toBe(401)
})

test.each(['a@example.org, b@example.org', 'a@example.org\r\nBcc: b@example.org', '<a@example.org>', 'a b@example.org'])('%j is no address to write to', async (email) => {
  const sent = smtp.letters.length
  expect((await person().call('POST', 'sign-in/sign-up', { email })).status).toBe(400)
  expect(smtp.letters.length).toBe(sent)
})
