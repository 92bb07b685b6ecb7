import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { client, pattern, type Client } from '../support/api.ts'
import { startServer, tholed, tryServer, type TestServer } from '../support/server.ts'

const settings = { THOLE_NETWORK: 'none', THOLE_RECLAIM_GRACE: '0' }
const clean = /^store check: clean, .*\n$/

let folder: string
let server: TestServer
let key: string
let api: Client

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-backup-'))
  server = await startServer(settings)
  key = await server.createKey()
  api = client(server.url, key)
})
afterEach(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const backups = () => join(folder, 'backups')
const pieces = () => readdir(join(backups(), 'pieces'))
const backup = (...more: string[]) => tholed(['backup', backups(), ...more], server.env)
const restored = (name = 'restored') => ({ ...server.env, THOLE_DATA: join(folder, name), THOLE_PORT: '0' })
const restore = (...more: string[]) => tholed(['restore', backups(), ...more], restored())

async function upload(seed: number, bytes = 300_000): Promise<{ id: string; cid: string }> {
  const { body } = await api.upload(pattern(bytes, seed))
  return { id: body.id, cid: body.roots[0].cid }
}

/** A server on what was restored: the old key works, and every one of these is complete there. */
async function demandComplete(cids: readonly string[]): Promise<void> {
  const again = await startServer({ ...settings, THOLE_DATA: restored().THOLE_DATA })
  try {
    const there = client(again.url, key)
    for (const cid of cids) expect((await there.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
  } finally {
    await again.stop()
  }
}

test('a copy made under uploads, deletes and reclaims is restored whole, and the second takes only what is new', { timeout: 120_000 }, async () => {
  const kept = [await upload(1, 3_000_000), await upload(2)]
  let stop = false
  let seed = 100
  const busy = [0, 1, 2].map(async () => {
    while (!stop) {
      const { id } = await upload(seed++)
      if (seed % 2 === 0) await api.call(`/api/v1/uploads/${id}`, { method: 'DELETE' })
      if (seed % 9 === 0) await tholed(['store', 'reclaim'], server.env)
    }
  })
  for (let i = 0; i < 3; i++) {
    kept.push(await upload(10 + i))
    const { code, out, err } = await backup()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^backup \S+Z: .* of which .* copied, [\d.]+ s\n$/)
  }
  stop = true
  await Promise.all(busy)
  const still = await backup()
  const before = new Set(await pieces())
  expect((await backup()).out).not.toBe(still.out)
  // Nothing of the segments came again: what is new is the database.
  const added = (await pieces()).filter((name) => !before.has(name))
  expect(added.length).toBeLessThanOrEqual(1)

  const { code, out } = await restore()
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^restore: the backup of .*\nstore rebuild-index: .* 0 damaged, .*\n$/) })
  expect(await tholed(['store', 'check'], restored())).toMatchObject({ code: 0, out: expect.stringMatching(clean) })
  await demandComplete(kept.map(({ cid }) => cid))
})

test('each backup is as of its time, as many stay as are wanted, and pieces that none takes go', { timeout: 120_000 }, async () => {
  const first = await upload(1)
  await backup()
  const second = await upload(2)
  await backup()
  const [oldest, newest] = (await readdir(backups())).filter((name) => name.endsWith('.json')).sort()
  expect(await restore('--at', oldest!.replace('.json', ''))).toMatchObject({ code: 0 })
  const again = await startServer({ ...settings, THOLE_DATA: restored().THOLE_DATA })
  const there = client(again.url, key)
  expect((await there.json(`/api/v1/dags/${first.cid}`)).status).toBe(200)
  expect((await there.json(`/api/v1/dags/${second.cid}`)).status).toBe(404)
  await again.stop()
  await rm(restored().THOLE_DATA, { recursive: true, force: true })

  expect(await restore('--at', 'never')).toMatchObject({ code: 1, err: expect.stringContaining('no backup never') })
  expect((await backup('--keep', '1')).out).toContain(`removed ${oldest!.replace('.json', '')}, ${newest!.replace('.json', '')}`)
  const left = JSON.parse((await readFile(join(backups(), (await readdir(backups())).find((name) => name.endsWith('.json'))!), 'utf8')).split('\n')[0]!)
  const taken = new Set<string>(left.files.flatMap((file: { pieces: { sha256: string }[] }) => file.pieces.map(({ sha256 }) => sha256)))
  expect(new Set(await pieces())).toEqual(taken)
  for (const bad of ['0', '-1', 'many']) expect((await backup(`--keep=${bad}`)).code).toBe(2)
})

test('one that was cut off by kill -9 leaves those before it as they were', { timeout: 120_000 }, async () => {
  const kept = [await upload(1)]
  await backup()
  for (let i = 0; i < 4; i++) kept.push(await upload(50 + i, 20_000_000))
  let seed = 1_000
  const busy = [0, 1].map(async () => {
    // Until the server is gone.
    for (;;) {
      const one = await upload(seed++).catch(() => undefined)
      if (one === undefined) return
      kept.push(one)
    }
  })
  const cut = backup()
  // As soon as it has begun to copy.
  while (!(await readdir(backups())).some((name) => name === 'database.new') && !(await pieces()).some((name) => name.endsWith('.new'))) await new Promise((resolve) => setTimeout(resolve, 2))
  await server.kill()
  await Promise.all(busy)
  expect((await cut).code).toBe(1)
  expect(await restore()).toMatchObject({ code: 0 })
  expect(await tholed(['store', 'check'], restored())).toMatchObject({ code: 0, out: expect.stringMatching(clean) })
  await demandComplete([kept[0]!.cid])

  // What it left is no hindrance, and is taken away.
  await server.killAndRestart()
  expect((await backup()).code).toBe(0)
  expect((await pieces()).filter((name) => name.endsWith('.new'))).toEqual([])
  await rm(join(folder, 'restored'), { recursive: true, force: true })
  expect(await restore()).toMatchObject({ code: 0 })
  await demandComplete(kept.map(({ cid }) => cid))
})

test('without a server it works alike; a piece that changed, or is gone, is told', { timeout: 120_000 }, async () => {
  const { cid } = await upload(1)
  await server.rest(async () => expect(await backup()).toMatchObject({ code: 0, err: '' }))
  const largest = await largestPiece()
  const content = await readFile(largest)
  await writeFile(largest, Buffer.from(content).fill(1, 100, 101))
  expect(await restore()).toMatchObject({ code: 1, err: expect.stringContaining('is not what its name says') })
  await rm(largest)
  await rm(join(folder, 'restored'), { recursive: true, force: true })
  expect(await restore()).toMatchObject({ code: 1, err: expect.stringContaining('is not there') })
  // The next one takes anew what is not there any more.
  expect(await backup()).toMatchObject({ code: 0 })
  await rm(join(folder, 'restored'), { recursive: true, force: true })
  expect(await restore()).toMatchObject({ code: 0 })
  expect(await restore()).toMatchObject({ code: 1, err: expect.stringContaining('restore into an empty data folder') })
  await demandComplete([cid])
})

test('nothing is restored over a server that runs, and none starts on a half of a backup', { timeout: 120_000 }, async () => {
  await upload(1)
  await backup()
  expect(await tholed(['restore', backups()], server.env)).toMatchObject({ code: 1, err: expect.stringContaining('in use by process') })
  await rm(await largestPiece('thole.sqlite'))
  expect((await restore()).code).toBe(1)
  expect(await tryServer(restored())).toMatchObject({ code: 1, err: expect.stringContaining('store') })
})

test('what cannot be copied this way is refused with what to do instead', async () => {
  const postgres = { ...server.env, THOLE_DATABASE_URL: 'postgres://127.0.0.1:1/none' }
  const bucket = { ...server.env, THOLE_BLOCKS: 's3://bucket' }
  for (const [env, words] of [[postgres, /PostgreSQL.*pg_dump.*copy the folder/], [bucket, /bucket.*old versions/], [{ ...postgres, THOLE_BLOCKS: 's3://bucket' }, /pg_dump.*old versions/]] as const) {
    for (const command of ['backup', 'restore']) expect(await tholed([command, backups()], env)).toMatchObject({ code: 1, err: expect.stringMatching(words) })
  }
})

/** Of the newest backup: of the segments, or of another file. */
async function largestPiece(path = 'blocks/segments/00000001.car'): Promise<string> {
  const newest = (await readdir(backups())).filter((name) => name.endsWith('.json')).sort().at(-1)!
  const { files } = JSON.parse((await readFile(join(backups(), newest), 'utf8')).split('\n')[0]!)
  const names: string[] = files.find((file: { path: string }) => file.path === path).pieces.map((piece: { sha256: string }) => join(backups(), 'pieces', piece.sha256))
  const sizes = await Promise.all(names.map(async (name) => (await stat(name)).size))
  return names[sizes.indexOf(Math.max(...sizes))]!
}
