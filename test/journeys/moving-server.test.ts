import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { expectFilled, fill, readFolder, type Belongings } from '../support/moving.ts'
import { startServer, tholed, type TestServer } from '../support/server.ts'

type Folder = Awaited<ReturnType<typeof temporaryFolder>>

let server: TestServer
let belongings: Belongings
let database: TestDatabase
let folder: Folder
const others: TestServer[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  database = await testDatabase()
  server = await startServer({ THOLE_NETWORK: 'none' })
  belongings = await fill(server)
})
afterAll(async () => {
  for (const one of [server, ...others]) await one?.stop()
  await database?.drop()
  await folder?.[Symbol.asyncDispose]()
})

const place = (name: string) => join(folder.path, name)
/** Where nothing is yet, and nobody makes an admin. */
const fresh = (name: string, more: Record<string, string> = {}) => ({ ...server.env, THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_PORT: '0', THOLE_DATA: place(name), ...more })

async function moved(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { code, out, err } = await tholed(args, env)
  expect({ code, err }, out).toEqual({ code: 0, err: '' })
  return out
}

async function serve(env: Readonly<Record<string, string>>): Promise<TestServer> {
  const other = await startServer(env)
  others.push(other)
  return other
}

test('out of a running server, into PostgreSQL, and back into SQLite: nothing is lost, and keys and passwords work', async () => {
  expect(await moved(['export', place('first')], server.env)).toMatch(/^export: whole, \d+ rows, 12 blocks, [\d.]+ MiB, [\d.]+ s\n$/)
  const postgres = fresh('postgres', { THOLE_DATABASE_URL: database.url })
  expect(await moved(['import', place('first')], postgres)).toMatch(/^import: \d+ rows, 12 blocks, [\d.]+ MiB, [\d.]+ s\n$/)
  expect(await moved(['store', 'check'], postgres)).toContain('clean')
  await moved(['export', place('second')], postgres)
  await moved(['import', place('second')], fresh('sqlite'))
  await moved(['export', place('third')], fresh('sqlite'))

  const [first, second, third] = await Promise.all(['first', 'second', 'third'].map((name) => readFolder(place(name))))
  expect(Object.keys(first!)).toEqual(expect.arrayContaining(['rows/account.ndjson', 'rows/ipns_record.ndjson', 'dags/000001.car', 'partial/000001.car']))
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  for (const env of [postgres, fresh('sqlite')]) await expectFilled(await serve(env), belongings)
})

test('what is secret is not in it, and nobody else may read it', async () => {
  await moved(['export', place('secrets')], server.env)
  const files = await readdir(place('secrets'), { recursive: true })
  for (const name of ['.', ...files]) expect((await stat(join(place('secrets'), name))).mode & 0o077, name).toBe(0)
  const rows = await Promise.all(files.filter((name) => name.endsWith('.ndjson')).map((name) => readFile(join(place('secrets'), name), 'utf8')))
  for (const secret of [belongings.key, belongings.other, server.admin.password]) expect(rows.join('\n')).not.toContain(secret)
  expect(files.some((name) => /session|job/.test(name))).toBe(false)
})

test('while uploads and deletes go on, what comes out agrees with itself', async () => {
  const api = client(server.url, belongings.key)
  let stop = false
  const busy = Array.from({ length: 2 }, async (_, worker) => {
    for (let i = 0; !stop; i++) {
      const { body } = await api.upload(pattern(300_000, 1000 + i * 10 + worker))
      if (i % 2 === 0) await api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })
    }
  })
  try {
    for (const name of ['busy-1', 'busy-2']) expect(await moved(['export', place(name)], server.env)).toContain('whole')
  } finally {
    stop = true
    await Promise.all(busy)
  }
  await moved(['import', place('busy-2')], fresh('busy'))
  expect(await moved(['store', 'check'], fresh('busy'))).toContain('clean')
})

describe('refuses', () => {
  const refused = async (args: readonly string[], env: Readonly<Record<string, string>>, words: RegExp) => expect(await tholed(args, env)).toMatchObject({ code: 1, err: expect.stringMatching(words) })

  test('a folder that has something, beside a server', async () => {
    await refused(['export', folder.path], server.env, /is not empty; name a new folder/)
  })
  test('to import beside a server, or into one that has something', async () => {
    await moved(['export', place('again')], server.env)
    await refused(['import', place('again')], server.env, /in use by/)
    await refused(['import', place('again')], fresh('postgres', { THOLE_DATABASE_URL: database.url, THOLE_DATA: place('elsewhere') }), /in use by another server|nothing yet/)
  })
  test('what is no export', async () => {
    await refused(['import', place('nowhere')], fresh('none'), /There is no file .*manifest\.json/)
  })
  test('to guess', async () => {
    expect(await tholed(['export'], server.env)).toMatchObject({ code: 2, err: expect.stringContaining('"export" needs DIR') })
    expect(await tholed(['export', 'a', 'b'], server.env)).toMatchObject({ code: 2 })
  })
})
