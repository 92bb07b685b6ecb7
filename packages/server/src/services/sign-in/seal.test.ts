import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { beforeEach, expect, test } from 'vitest'
import { newMember } from '../../../../../test/support/member.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Entered, SignedIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'
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

test.each([undefined, 'o'.repeat(32)])('with another secret or none, codes say what is wrong, and recovery codes still work', async (other) => {
  const { totp, recoveryCodes } = await setUp(open(secret))
  await expect(enterWith(open(other), codeOf(totp))).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('THOLE_SECRET') })
  expect(await enterWith(open(other), recoveryCodes[0]!)).toBeUndefined()
})
