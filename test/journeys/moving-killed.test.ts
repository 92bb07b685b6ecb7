import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, open, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client, eventually, pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { expectFilled, fill, type Belongings } from '../support/moving.ts'
import { startServer, tholed, tholedProgram, type TestServer } from '../support/server.ts'

type Folder = Awaited<ReturnType<typeof temporaryFolder>>

let server: TestServer
let belongings: Belongings
let folder: Folder
const MiB = 2 ** 20

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer({ THOLE_NETWORK: 'none' })
  belongings = await fill(server)
  const { status } = await client(server.url, await server.createKey(undefined, 'large@example.org')).upload(pattern(24 * MiB, 11))
  expect(status).toBe(201)
  expect((await tholed(['export', place('export')], server.env)).code).toBe(0)
})
afterAll(async () => {
  await server?.stop()
  await folder?.[Symbol.asyncDispose]()
})

const place = (name: string) => join(folder.path, name)
const fresh = (name: string, more: Record<string, string> = {}) => ({ ...server.env, THOLE_ADMIN_EMAIL: '', THOLE_ADMIN_PASSWORD: '', THOLE_PORT: '0', THOLE_DATA: place(name), ...more })

/** Whoever reads the CAR gets so many bytes of it, and then waits for ever. Once they are `taken` the pipe can be closed: a write that waits would hold it open. */
async function stalling(name: string, bytes: number): Promise<{ export: string; taken: Promise<unknown>; end(): Promise<void> }> {
  const to = place(name)
  await cp(place('export'), to, { recursive: true })
  const car = join(to, 'dags/000001.car')
  await rename(car, `${car}.whole`)
  expect(spawnSync('mkfifo', [car]).status).toBe(0)
  const pipe = await open(car, 'r+')
  const whole = await open(`${car}.whole`)
  const piece = Buffer.alloc(bytes)
  await whole.read(piece, 0, bytes, 0)
  await whole.close()
  return { export: to, taken: pipe.write(piece), end: () => pipe.close() }
}

async function bytesIn(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => stat(join(path, name)).then(({ size }) => size, () => 0)))
  return sizes.reduce((sum, size) => sum + size, 0)
}

test('killed in the middle of the blocks it has shown nothing; begun again it has everything, once', async () => {
  const env = fresh('killed')
  const stalled = await stalling('stalled', 16 * MiB)
  const child = spawn(process.execPath, [tholedProgram, 'import', stalled.export], { env, stdio: 'ignore' })
  await stalled.taken
  await eventually(() => bytesIn(place('killed')), (bytes) => bytes > 8 * MiB)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await stalled.end()

  const again = await tholed(['import', place('export')], env)
  expect({ code: again.code, err: again.err }).toEqual({ code: 0, err: '' })
  expect((await tholed(['store', 'check'], env)).out).toContain('clean')
  expect((await tholed(['export', place('compared')], env)).code).toBe(0)
  const facts = async (name: string) => (await tholed(['import', place(name)], fresh(`from-${name}`))).out.replace(/[\d.]+ s\n/, '')
  expect(await facts('compared')).toBe(await facts('export'))

  const other = await startServer(env)
  try {
    await expectFilled(other, belongings)
  } finally {
    await other.stop()
  }
})

test('without room it refuses before anything is copied, and says how much there is', async () => {
  const env = fresh('full', { THOLE_MIN_FREE: String(2 ** 52) })
  const { code, err } = await tholed(['import', place('export')], env)
  expect(code).toBe(1)
  expect(err).toMatch(/the export has [\d.]+ MiB of blocks, and there is room for 0 B/)
  expect(await bytesIn(place('full'))).toBeLessThan(4 * MiB)
  expect((await tholed(['import', place('export')], fresh('full'))).code).toBe(0)
})
