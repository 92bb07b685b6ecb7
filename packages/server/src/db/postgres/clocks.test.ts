import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../../../../test/support/database.ts'
import { openDb } from '../open.ts'
import type { Db } from '../../ports/db/index.ts'

let database: TestDatabase
/** As two processes have them. */
let processes: [Db, Db]

beforeAll(async () => {
  database = await testDatabase()
  processes = [await openDb({ url: database.url }), await openDb({ url: database.url })]
  await processes[0].migrate()
})
afterAll(async () => {
  for (const db of processes ?? []) await db.close()
  await database?.drop()
})

const minute = 60_000
const slow = 1_700_000_000_000

async function account(): Promise<string> {
  const id = crypto.randomUUID()
  await processes[0].write((w) => w.accounts.insert({ id, email: `${id}@example.org`, role: 'user', created: 1, suspended: false }))
  return id
}

const stamp = (id: string, turn: number) => processes[turn % 2]!.write((w) => w.accounts.nextStamp(id, turn % 2 === 0 ? slow + turn : slow + turn + minute))

test('two processes whose clocks are a minute apart give an account moments that rise, each once', async () => {
  const id = await account()
  const inTurn: number[] = []
  for (let turn = 0; turn < 20; turn++) inTurn.push(await stamp(id, turn))
  expect(inTurn).toEqual([...new Set(inTurn)].toSorted((a, b) => a - b))
  expect(inTurn[2]!).toBeGreaterThan(slow + minute)

  const atOnce = await Promise.all(Array.from({ length: 40 }, (_, turn) => stamp(id, turn)))
  expect(new Set(atOnce).size).toBe(40)
  expect(Math.min(...atOnce)).toBeGreaterThan(inTurn.at(-1)!)
})

test('another account is not held up by that', async () => {
  const id = await account()
  expect(await stamp(id, 0)).toBe(slow)
})
