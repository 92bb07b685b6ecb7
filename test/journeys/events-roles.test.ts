import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPerson, type Person } from '../support/person.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let owner: Person
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  owner = newPerson(() => server.url)
  await owner.signIn(server.admin.email, server.admin.password)
})
afterAll(() => server?.stop())

/** Somebody who has joined the owner's account as a member, and follows what happens. */
async function newFollower(email: string) {
  const { token } = (await owner.call('POST', 'members/invitations', { email, role: 'member' })).body
  const person = newPerson(() => server.url)
  await person.call('POST', 'sign-in/invitation/accept', { token, password })
  const cookie = [...person.cookies].map(([key, value]) => `${key.split(' ')[1]}=${value}`).join('; ')
  const answer = await fetch(`${server.url}/api/v1/events/stream`, { headers: { cookie } })
  expect(answer.status).toBe(200)
  let heard = ''
  const ended = (async () => {
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) heard += piece
  })()
  const { members } = (await owner.call('GET', 'members')).body as { members: { id: string; email: string }[] }
  return { id: members.find((one) => one.email === email)!.id, ended, hears: () => heard }
}

const makeKey = (name: string) => owner.call('POST', 'keys', { name, scopes: ['upload'] })

test.each([
  ['is made a reader', 'lowered@example.org', (id: string) => owner.call('PATCH', `members/${id}`, { role: 'reader' })],
  ['is removed', 'removed@example.org', (id: string) => owner.call('DELETE', `members/${id}`)],
])('whoever %s while they follow what happens is told nothing more of what they may not see', async (_, email, lower) => {
  const follower = await newFollower(email)
  await makeKey(`before ${email}`)
  await expect.poll(follower.hears, { timeout: 10_000 }).toContain(`before ${email}`)
  expect((await lower(follower.id)).status).toBe(204)
  await makeKey(`after ${email}`)
  await follower.ended
  expect(follower.hears()).not.toMatch(/member\.role-changed|member\.removed|after /)
})
