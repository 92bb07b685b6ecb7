import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { startSmtp, type SmtpSink } from '../../../../../test/support/smtp.ts'
import { openDb } from '../../db/index.ts'
import type { Db, Job } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { openMailer } from '../../services/mail/index.ts'
import { createSignIn } from '../../services/sign-in/index.ts'
import type { Principal } from '../access/index.ts'
import { createInvitations, type Invitations } from '../accounts/index.ts'
import { createPost, createPostman, letterJob, type Postman } from './index.ts'

const start = 1_700_000_000_000
const minute = 60_000
const to = 'ada@example.org'
const admin: Principal = { account: { id: 'a', email: 'a@example.org', role: 'admin', created: 1, suspended: false }, scopes: new Set(['admin']) }
let now: number
let db: Db
let smtp: SmtpSink
let refusal: number | undefined
let signIn: SignIn
let invitations: Invitations
let postman: Postman

beforeEach(async () => {
  now = start
  refusal = undefined
  const folder = await temporaryFolder()
  db = await openDb({ url: join(folder.path, 'thole.db') })
  await db.migrate()
  smtp = await startSmtp({ refusal: () => refusal })
  const mailer = openMailer({ url: smtp.url, from: 'harbour@example.org' })
  const clock = { now: () => now }
  const parts = { db, clock, post: createPost(clock), home: () => 'http://thole.test', instanceName: async () => 'Harbour' }
  signIn = createSignIn({ ...parts, secure: false, asksForTwo: async () => false })
  invitations = createInvitations(parts)
  postman = createPostman({ db, clock, mailer, signIn: signIn.letters, invitations })
  await db.write((w) => w.accounts.insert(admin.account))
  await newMember(db, signIn, { email: to, madeBy: 'operator' })
  return async () => {
    await mailer.close()
    await smtp.close()
    await db.close()
    await folder[Symbol.asyncDispose]()
  }
})

/** Runs what is due as the queue does; what is to be tried again goes back. */
async function run(): Promise<string[]> {
  const jobs = await db.write((w) => w.jobs.claim({ kinds: [letterJob], owner: 'me', now, until: now + minute, limit: 9 }))
  return Promise.all(jobs.map(async (job) => {
    const end = await postman.deliver(job)
    await db.write((w) => (end.done ? w.jobs.finish(job, 'me', now) : w.jobs.retry(job, 'me', { runAt: end.runAt, error: end.reason })))
    return end.done ? 'done' : end.reason
  }))
}

const waiting = (): Promise<Job[]> => db.write((w) => w.jobs.claim({ kinds: [letterJob], owner: 'looker', now: now + 1e9, until: now, limit: 9 }))
const unsent = async () => (await db.read((r) => r.events.list({ accountId: null, kinds: ['letter.unsent'] }, 9))).map(({ data }) => data)

test('a letter that the mail server refuses for now is tried again, with a secret that lay in no table', async () => {
  refusal = 451
  await signIn.links.send(to, new Headers())
  expect(await run()).toEqual([expect.stringContaining('451')])
  expect(await run()).toEqual([])
  now += 2_000
  expect(await run()).toEqual([expect.stringContaining('451')])
  refusal = undefined
  now += 4_000
  expect(await run()).toEqual(['done'])
  const token = await smtp.token(to)
  expect((await signIn.links.enter(token, new Headers())).member.email).toBe(to)
  expect([smtp.letters.length, await waiting(), await unsent()]).toEqual([1, [], []])
})

test('a letter to nobody is done at once, however late: no event has what a stranger typed', async () => {
  await signIn.links.send('nobody@example.org', new Headers())
  await signIn.passwords.sendReset('nobody@example.net', new Headers())
  now += 60 * minute
  expect(await run()).toEqual(['done', 'done'])
  expect([await unsent(), smtp.letters, await waiting()]).toEqual([[], [], []])
})

test('a letter to somebody that was not tried in time is told to admins', async () => {
  await signIn.links.send(to, new Headers())
  await invitations.inviteAccount(admin, { email: 'bob@example.org' })
  now += 10 * 24 * 60 * minute
  expect(await run()).toEqual(['done', 'done'])
  expect((await unsent()).map((data) => data?.email).toSorted()).toEqual([to, 'bob@example.org'])
})

test('nothing that leads in waits with a letter', async () => {
  await signIn.links.send(to, new Headers())
  await signIn.passwords.sendReset(to, new Headers())
  await invitations.inviteAccount(admin, { email: 'bob@example.org' })
  const jobs = await waiting()
  expect(jobs).toHaveLength(3)
  for (const { payload } of jobs) expect(JSON.stringify(payload)).not.toMatch(/[\w-]{43}/)
})

test('while nobody listens it is tried until its link would be over; then admins are told', async () => {
  await smtp.close()
  await signIn.links.send(to, new Headers())
  let tries = 0
  for (; (await run())[0] !== 'done'; tries++) now = (await db.read((r) => r.load.jobs(letterJob, now, 9))).later > 0 ? now + 2_000 : now
  expect(tries).toBeGreaterThan(3)
  expect(now - start).toBeLessThan(10 * minute)
  expect(await unsent()).toEqual([{ what: 'sign-in', email: to, reason: expect.stringContaining('ECONNREFUSED') }])
  smtp = await startSmtp()
})

test('one that is refused for good is not tried again, and admins see why', async () => {
  refusal = 550
  await invitations.inviteAccount(admin, { email: 'nobody@example.org' })
  expect(await run()).toEqual(['done'])
  expect(await unsent()).toEqual([{ what: 'invitation', email: 'nobody@example.org', reason: expect.stringContaining('550') }])
})

test('an invitation that was withdrawn while its letter waited is not sent, and a second letter ends the first', async () => {
  refusal = 451
  const { id, token } = await invitations.inviteAccount(admin, { email: 'bob@example.org' })
  expect(token).toBeUndefined()
  await run()
  const mailing = { what: 'invitation', to: 'bob@example.org', id } as const
  const [first, second] = [(await invitations.write(mailing))!, (await invitations.write(mailing))!]
  expect(first.text).not.toBe(second.text)
  await invitations.withdrawAccount(admin, id)
  refusal = undefined
  now += 2_000
  expect(await run()).toEqual(['done'])
  expect(smtp.letters).toEqual([])
  expect(await invitations.write(mailing)).toBeUndefined()
})

test('a notice, which nobody has to answer in time, is tried for three days', async () => {
  refusal = 451
  await db.write((w) => createPost({ now: () => now }).put(w, { what: 'notice', to, subject: 'News', text: 'There is some.' }))
  for (const day of [0, 1, 2]) {
    now = start + day * 1_440 * minute
    expect(await run()).toEqual([expect.stringContaining('451')])
  }
  now = start + 3 * 1_440 * minute
  expect(await run()).toEqual(['done'])
  expect(await unsent()).toEqual([{ what: 'notice', email: to, reason: 'it was not tried in time' }])
})
