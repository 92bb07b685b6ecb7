import { createHook } from 'node:async_hooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { newMember } from '../../../../../test/support/member.ts'
import { openDb } from '../../db/index.ts'
import type { Db } from '../../ports/db/index.ts'
import type { SignIn } from '../../ports/sign-in.ts'
import { createSignIn } from './index.ts'

const password = 'correct horse'
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let db: Db
let signIn: SignIn
let hashings = 0
const hook = createHook({
  init(_id, type) {
    if (type === 'ARGON2REQUEST') hashings++
  },
})

beforeAll(async () => {
  folder = await temporaryFolder()
  db = await openDb({ url: `${folder.path}/thole.db` })
  await db.migrate()
  signIn = createSignIn({ db, clock: { now: Date.now }, secure: false, home: () => 'http://127.0.0.1:3000', instanceName: async () => 'Harbour', asksForTwo: async () => false })
  await newMember(db, signIn, { email: 'known@example.org', password, madeBy: 'operator' })
  await newMember(db, signIn, { email: 'by-link@example.org', madeBy: 'operator' })
  hook.enable()
})
afterAll(async () => {
  hook.disable()
  await db.close()
  await folder[Symbol.asyncDispose]()
})

/** How often a password was hashed while somebody tried to come in. */
async function workOf(email: string, word: string): Promise<[came: boolean, hashings: number]> {
  const before = hashings
  const came = await signIn.passwords.enter(email, word, new Headers()).then(() => true, () => false)
  return [came, hashings - before]
}

it.each([
  ['known@example.org', password, true],
  ['known@example.org', 'wrong horse', false],
  ['known@example.org', '', false],
  ['known@example.org', 'x'.repeat(100_000), false],
  ['nobody@example.org', password, false],
  ['by-link@example.org', password, false],
  ['no address', password, false],
])('for %s a password is hashed once, whoever that is', async (email, word, comes) => {
  expect(await workOf(email, word)).toEqual([comes, 1])
})
