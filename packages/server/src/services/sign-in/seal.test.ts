import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { beforeEach, expect, test } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Entered, SignedIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'
import { sealAll } from './seal-all.ts'
import { createSeal } from './seal.ts'

const secret = 's'.repeat(32)
const email = 'ada@example.org'
const password = 'a sentence that nobody guesses'
let now: number
let db: Db

beforeEach(async () => {
  now = 1_700_000_000_000
  const folder = await temporaryFolder()
  db = await openDb({ url: join(folder.path, 'thole.db') })
  await db.migrate()
  return async () => {
    await db.close()
    await folder[Symbol.asyncDispose]()
  }
})

const open = (own?: string) => createSignIn({ db, clock: { now: () => now }, secure: false, home: () => 'http://thole.test', instanceName: async () => 'Harbour', asksForTwo: async () => false, secret: own })
const codeOf = (totp: string) => new TOTP({ secret: totp, period: 30 }).generate({ timestamp: now })
const stored = async () => (await db.read((r) => r.members.byEmail(email)))!.totp!

async function enter(signIn: ReturnType<typeof open>): Promise<SignedIn> {
  const { cookies }: Entered = await signIn.passwords.enter(email, password, new Headers())
  return (await signIn.sessions.of(new Headers({ cookie: cookies[0]!.split(';')[0]! })))!
}

/** A member with one-time codes; their secret, and the recovery codes. */
async function setUp(signIn: ReturnType<typeof open>) {
  await newMember(db, signIn, { email, password, madeBy: 'operator' })
  const who = await enter(signIn)
  const { secret: totp } = await signIn.codes.propose(who)
  const { recoveryCodes } = await signIn.codes.confirm(who, totp, codeOf(totp), new Headers())
  now += 60_000
  return { totp, recoveryCodes }
}

/** Signs in with a code. */
async function enterWith(signIn: ReturnType<typeof open>, code: string): Promise<string | undefined> {
  return (await signIn.codes.enter(await enter(signIn), code, new Headers())).needs
}

test('the secret of one-time codes is closed in the database, and each member\'s opens for them alone', async () => {
  const signIn = open(secret)
  const { totp } = await setUp(signIn)
  expect(await stored()).toMatch(/^sealed:1:[\w-]+$/)
  expect(await enterWith(signIn, codeOf(totp))).toBeUndefined()
  const seal = createSeal(secret)
  expect(seal.open(await stored(), 'another member')).toBeUndefined()
  expect(seal.close('A', 'm')).not.toBe(seal.close('A', 'm'))
  const closed = seal.close('ABC', 'm')
  for (let at = 9; at < closed.length - 1; at++) expect(seal.open(closed.slice(0, at) + (closed[at] === 'A' ? 'B' : 'A') + closed.slice(at + 1), 'm')).toBeUndefined()
})

test('what was stored before there was a secret is closed when it is next used', async () => {
  const { totp } = await setUp(open())
  expect(await stored()).toBe(totp)
  expect(await enterWith(open(secret), codeOf(totp))).toBeUndefined()
  expect(await stored()).toMatch(/^sealed:1:/)
  now += 60_000
  expect(await enterWith(open(secret), codeOf(totp))).toBeUndefined()
})

test('at the start all that lies open is closed, over many pages, and what is closed stays as it is', async () => {
  const { totp } = await setUp(open())
  const others = Array.from({ length: 450 }, (_, i) => ({ id: crypto.randomUUID(), email: `${i}@example.org`, madeBy: 'invitation' as const, created: 1, ...(i % 3 > 0 && { totp: `SECRET${i}` }) }))
  await db.write(async (w) => {
    for (const other of others) await w.members.insert(other)
  })
  const all = async () => new Map((await db.read((r) => r.members.totps('', 1_000))).map((one) => [one.id, one.totp]))
  const before = await all()
  await open().start()
  expect(await all()).toEqual(before)
  await open(secret).start()
  const closed = await all()
  const seal = createSeal(secret)
  for (const [id, text] of closed) {
    const was = before.get(id)
    expect(text === null ? null : [text.startsWith('sealed:1:'), seal.open(text, id)]).toEqual(was === null ? null : [true, was])
  }
  await open(secret).start()
  await open('o'.repeat(32)).start()
  expect(await all()).toEqual(closed)
  expect(await enterWith(open(secret), codeOf(totp))).toBeUndefined()
})

test('codes that are set up or taken away while all are closed stay as they were made', async () => {
  const { totp } = await setUp(open())
  const { id } = (await db.read((r) => r.members.byEmail(email)))!
  // Behind the reading, before the writing.
  const changing = (change: Parameters<Db['write']>[0]): Db => ({ ...db, write: async (work) => {
    await db.write(change)
    return db.write(work)
  } })
  const seal = createSeal(secret)
  await sealAll(changing((w) => w.members.setTotp(id, { secret: 'ANOTHER', step: 5 })), seal)
  expect(await stored()).toBe('ANOTHER')
  await db.write((w) => w.members.setTotp(id, { secret: totp, step: 5 }))
  await sealAll(changing((w) => w.members.setTotp(id, undefined)), seal)
  expect((await db.read((r) => r.members.byId(id)))?.totp).toBeUndefined()
})

test.each([undefined, 'o'.repeat(32)])('with another secret or none, codes say what is wrong, and recovery codes still work', async (other) => {
  const { totp, recoveryCodes } = await setUp(open(secret))
  await expect(enterWith(open(other), codeOf(totp))).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('THOLE_SECRET') })
  expect(await enterWith(open(other), recoveryCodes[0]!)).toBeUndefined()
})
