import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, pattern, type Client } from '../support/api.ts'
import { newPerson, type Person } from '../support/person.ts'
import { memberWithPlan } from '../support/planned.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let admin: Client
/** One person in two accounts, in two browsers. */
let browsers: [Person, Person]
let accounts: { api: Client; id: string }[]
const password = 'a sentence that nobody guesses'

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  admin = client(server.url, await server.createKey(['account', 'admin']))
  const owner = newPerson(() => server.url)
  await owner.signIn(server.admin.email, server.admin.password)
  // Both have plans, so that what an upload takes is told while it is under way.
  const [shared, own] = [await memberWithPlan(server, admin, 'shared', { storageBytes: 1e9 }), await memberWithPlan(server, admin, 'two', { storageBytes: 1e9 })]
  accounts = [{ api: own, id: own.id }, { api: shared, id: shared.id }]
  const invite = async (path: string, body: unknown, from: Person) => (await from.call('POST', path, body)).body.token as string
  const join = async (who: Person, token: string) => expect((await who.call('POST', 'sign-in/invitation/accept', { token, password })).status).toBe(200)
  browsers = [newPerson(() => server.url), newPerson(() => server.url, 'another browser')]
  const sharer = newPerson(() => server.url)
  await join(sharer, await invite('admin/invitations', { email: 'shared@example.org' }, owner))
  await join(browsers[0], await invite('admin/invitations', { email: 'two@example.org' }, owner))
  await browsers[0].call('POST', 'sign-in/invitation/accept', { token: await invite('members/invitations', { email: 'two@example.org', role: 'member' }, sharer) })
  await browsers[1].signIn('two@example.org', password)
  expect((await browsers[0].call('GET', 'session/accounts')).body.accounts).toHaveLength(2)
})
afterAll(() => server?.stop())

const choose = async (browser: Person, account: number) => expect((await browser.call('PUT', 'session/account', { account: accounts[account]!.id })).status).toBe(204)
const headersOf = ({ cookies }: Person) => ({ cookie: [...cookies].map(([key, value]) => `${key.split(' ')[1]}=${value}`).join('; '), 'sec-fetch-site': 'same-origin' })

/** What was answered to an upload: its id, and the bytes of the body. */
async function upload(browser: Person, bytes: Uint8Array): Promise<{ id: string; cid: string; answered: number }> {
  const answer = await fetch(`${server.url}/api/v1/uploads`, { method: 'POST', body: bytes as BodyInit, headers: headersOf(browser) })
  const text = await answer.text()
  expect([answer.status, text]).toEqual([201, expect.any(String)])
  const { id, roots } = JSON.parse(text)
  return { id, cid: roots[0].cid, answered: Buffer.byteLength(text) }
}

async function read(browser: Person, cid: string): Promise<number> {
  const answer = await fetch(`${server.url}/gateway/web/ipfs/${cid}`, { headers: headersOf(browser) })
  expect(answer.status).toBe(200)
  return (await answer.arrayBuffer()).byteLength
}

type Kind = 'upload' | 'gateway'
const kinds = ['upload', 'gateway'] as const
const nothing = () => ({ upload: { requests: 0, sent: 0 }, gateway: { requests: 0, sent: 0 } })

async function charged(account: number) {
  const { id } = accounts[account]!
  const { body } = await admin.json(`/api/v1/admin/accounts/${id}/usage?by=hour&from=${new Date(Date.now() - 7_200_000).toISOString()}`)
  const sum = nothing()
  for (const step of body.steps as Partial<Record<Kind, { requests: number; sent: number }>>[]) {
    for (const kind of kinds) {
      sum[kind].requests += step[kind]?.requests ?? 0
      sum[kind].sent += step[kind]?.sent ?? 0
    }
  }
  return { ...sum, bytes: (await accounts[account]!.api.json('/api/v1/usage')).body.bytes as number }
}
const uploadsOf = async (account: number) => new Set(((await accounts[account]!.api.json('/api/v1/uploads?limit=1000')).body.uploads as { id: string }[]).map(({ id }) => id))

test('a person who switches between two accounts is charged in the one that is looked at, to the byte', async () => {
  const expected = [0, 1].map(() => ({ ...nothing(), bytes: 0 }))
  const held = await Promise.all([0, 1].map(async (account) => (await accounts[account]!.api.upload(pattern(70_000 + account, account))).body))
  const before = await Promise.all([0, 1].map(charged))
  let seed = 100
  for (let round = 0; round < 6; round++) {
    // The two browsers look at one each, and change places.
    await Promise.all(browsers.map((browser, i) => choose(browser, (round + i) % 2)))
    await Promise.all(browsers.flatMap((browser, i) => Array.from({ length: 4 }, async (_, lane) => {
      const due = expected[(round + i) % 2]!
      const bytes = pattern(1_000 + lane, seed++)
      const { answered } = await upload(browser, bytes)
      const received = await read(browser, held[lane % 2].roots[0].cid)
      due.bytes += bytes.length
      due.upload.requests++
      due.upload.sent += answered
      due.gateway.requests++
      due.gateway.sent += received
    })))
  }
  for (const account of [0, 1]) {
    const [now, was, due] = [await charged(account), before[account]!, expected[account]!]
    const since = Object.fromEntries(kinds.map((kind) => [kind, { requests: now[kind].requests - was[kind].requests, sent: now[kind].sent - was[kind].sent }]))
    expect({ ...since, bytes: now.bytes - was.bytes }).toEqual(due)
  }
})

test('what is asked while the account is switched goes to one of them, and is charged where it went', async () => {
  const before = await Promise.all([0, 1].map(charged))
  const done: Awaited<ReturnType<typeof upload>>[] = []
  for (let round = 0; round < 6; round++) {
    const all = Array.from({ length: 6 }, (_, lane) => upload(browsers[0], pattern(500, 1_000 + round * 10 + lane)))
    await choose(browsers[0], round % 2)
    done.push(...(await Promise.all(all)))
  }
  const [mine, shared] = await Promise.all([0, 1].map(uploadsOf))
  for (const { id } of done) expect([mine!.has(id), shared!.has(id)].filter(Boolean)).toHaveLength(1)
  for (const [account, ids] of [mine!, shared!].entries()) {
    const here = done.filter(({ id }) => ids.has(id))
    const [now, was] = [await charged(account), before[account]!]
    expect([now.upload.requests - was.upload.requests, now.upload.sent - was.upload.sent, now.bytes - was.bytes]).toEqual([here.length, here.reduce((sum, { answered }) => sum + answered, 0), here.length * 500])
  }
})

test('an upload goes where it was begun, whatever account is looked at when it ends', async () => {
  const [browser] = browsers
  const bytes = pattern(400_000, 5_000)
  await choose(browser, 0)
  const before = await Promise.all([0, 1].map(charged))
  const reserved = async (account: number) => (await accounts[account]!.api.json('/api/v1/usage')).body.reserved.bytes
  const answered = new Promise<{ status?: number; length: number; id: string }>((resolve, reject) => {
    const sent = request(`${server.url}/api/v1/uploads`, { method: 'POST', headers: { ...headersOf(browser), 'content-length': bytes.length } }, async (incoming) => {
      const pieces: Buffer[] = []
      for await (const piece of incoming) pieces.push(piece as Buffer)
      const text = Buffer.concat(pieces)
      resolve({ status: incoming.statusCode, length: text.length, id: JSON.parse(text.toString()).id })
    })
    sent.on('error', reject)
    sent.write(bytes.subarray(0, 200_000))
    void (async () => {
      await expect.poll(() => reserved(0)).toBe(bytes.length)
      expect(await reserved(1)).toBe(0)
      await choose(browser, 1)
      sent.end(bytes.subarray(200_000))
    })().catch(reject)
  })
  const { status, length, id } = await answered
  expect(status).toBe(201)
  expect([(await uploadsOf(0)).has(id), (await uploadsOf(1)).has(id)]).toEqual([true, false])
  const [mine, shared] = await Promise.all([0, 1].map(charged))
  expect([mine!.bytes - before[0]!.bytes, mine!.upload.sent - before[0]!.upload.sent]).toEqual([bytes.length, length])
  expect(shared).toEqual(before[1])
})
