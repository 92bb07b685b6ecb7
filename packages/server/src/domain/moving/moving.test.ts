import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '@thole/dag'
import { readCar } from '@thole/dag'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDiskStore } from '../../blocks/disk/open.ts'
import { failingFiles } from '../../blocks/disk/testing/failing-files.ts'
import { type House, openHouse, openHouseOver } from '../reclaim/testing/house.ts'
import { leaf, node } from '../testing/blocks.ts'
import type { Manifest } from './manifest.ts'
import { allRows, carPath, moveIn, moveOut, rewriteRows } from './testing/move.ts'

let folder: string
let to: string
let house: House
let other: House

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-moving-'))
  to = join(folder, 'export')
  house = await openHouse()
  other = await openHouse()
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => leaf(text.repeat(1000))) as [Block, Block, Block, Block]
const tree = node(a, b)
const second = node(tree, c)
const torn = node(c, d)

async function fill() {
  const who = await house.member()
  await house.send(who, [tree], [a, b, tree])
  await house.send(who, [second], [second, tree, a, b, c])
  await house.send(who, [torn], [torn], { pin: false })
  // A part that no stored node leads to.
  const lonely = node(leaf('far away'))
  await house.send(who, [node(lonely, d)], [lonely])
  await house.pins.add(who, { cid: leaf('elsewhere').cid.toString(), name: 'Ähre', meta: { a: '1', b: 'x' }, origins: [] })
  return who
}

async function blocksIn(file: string): Promise<Block[]> {
  const bytes = await readFile(file)
  const { blocks } = await readCar((async function* () { yield bytes })())
  const all: Block[] = []
  for await (const block of blocks) all.push(block)
  return all
}

test('what goes out comes in: rows, blocks, lists', async () => {
  const who = await fill()
  expect(await moveOut(house, to)).toEqual([])
  expect((await stat(to)).mode & 0o777).toBe(0o700)
  expect((await readdir(to)).toSorted()).toEqual(['dags', 'manifest.json', 'partial', 'rows'])
  await moveIn(other, to)

  const [before, after] = [await allRows(house), await allRows(other)]
  const { instance: _, ...rows } = before
  expect({ ...after, instance: undefined }).toEqual({ ...rows, instance: undefined })
  expect(rows.pin_request).toHaveLength(4)
  expect(rows.part_list!.length).toBeGreaterThan(0)
  expect(await other.isHere(a, b, c, tree, second, torn, d)).toEqual([true, true, true, true, true, true, false])
  expect((await other.blocks.stats()).blocks).toBe((await house.blocks.stats()).blocks)

  const list = (of: House) => of.pins.list(who, { meta: { b: 'x' }, name: { text: 'ähre', match: 'iexact' } }, 10)
  expect((await list(other)).count).toBe(1)
  expect(await list(other)).toEqual(await list(house))
  expect(await other.db.read((r) => r.jobs.count())).toMatchObject({ ready: 2 })
})

test('each block goes once, in files of the size that was asked for', async () => {
  await fill()
  await moveOut(house, to, { maxCarBytes: 1500 })
  const cars = await readdir(join(to, 'dags'))
  const all = (await Promise.all(cars.map((file) => blocksIn(join(to, 'dags', file))))).flat()
  expect(all.map(({ cid }) => cid.toString()).toSorted()).toEqual([a, b, c, tree, second].map(({ cid }) => cid.toString()).toSorted())
  for (const file of cars) expect((await stat(join(to, 'dags', file))).size).toBeLessThanOrEqual(1500)
  await moveIn(other, to)
  expect(await other.isHere(a, b, c, tree, second)).toEqual([true, true, true, true, true])
})

test('what is damaged or lost is told, and stays known', async () => {
  await fill()
  house.blocks.corrupt(b.cid.multihash.bytes)
  await house.lose(c)
  const [first, last] = [tree, second].map(({ cid }) => cid.toString()).toSorted()
  // Of what two share, the first is told.
  expect(await moveOut(house, to)).toEqual([
    { dag: first, absent: first === second.cid.toString() ? 1 : 0, damaged: 1, blocked: 0, first: b.cid.toString() },
    ...(last === second.cid.toString() ? [{ dag: last, absent: 1, damaged: 0, blocked: 0, first: c.cid.toString() }] : []),
  ])
  expect(JSON.parse((await readFile(`${carPath(to).slice(0, -4)}.lacking.ndjson`, 'utf8')).split('\n')[0]!)).toMatchObject({ damaged: 1, first: b.cid.toString() })
  expect((await moveIn(other, to)).lacking).toBeGreaterThan(0)
  expect(await other.isHere(a, b, c)).toEqual([true, false, false])
})

describe('refuses', () => {
  beforeEach(async () => {
    await fill()
    await moveOut(house, to)
  })

  const nothingCame = async () => expect((await allRows(other)).account).toEqual([])

  async function refusesThen(works: () => Promise<unknown>, words: RegExp) {
    await cp(to, join(folder, 'whole'), { recursive: true })
    await works()
    await expect(moveIn(other, to)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(words) })
    await nothingCame()
    await moveIn(other, join(folder, 'whole'))
    expect((await allRows(other)).pin_request).toHaveLength(4)
  }

  const change = async (file: string, at: number) => {
    const bytes = await readFile(file)
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
    await writeFile(file, bytes)
  }

  test('a truncated CAR', () => refusesThen(async () => truncate(carPath(to), (await stat(carPath(to))).size - 10), /dags\/000001\.car is damaged: .*it ends after/))
  test('a CAR that ends between two blocks', () => refusesThen(() => truncate(carPath(to, 1, 'partial'), 99), /partial\/000001\.car is damaged/))
  test('a changed byte of a block', () => refusesThen(() => change(carPath(to), -5), /dags\/000001\.car is damaged: .*do not match its hash/))
  test('a changed byte of a header', () => refusesThen(() => change(carPath(to), 30), /dags\/000001\.car is damaged/))
  test('a changed byte of a row', () => refusesThen(() => change(join(to, 'rows/account.ndjson'), 9), /rows\/account\.ndjson is damaged: its checksum/))
  test('a manifest of a newer version', () => refusesThen(async () => writeFile(join(to, 'manifest.json'), JSON.stringify({ ...JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')), version: 2 })), /newer version of Thole/))
  test('rows of a newer schema', () => refusesThen(async () => writeFile(join(to, 'manifest.json'), JSON.stringify({ ...JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')), schema: ['9999-later'] })), /newer version of Thole \(9999-later\)/))
  test('a manifest that was cut off', () => refusesThen(() => truncate(join(to, 'manifest.json'), 100), /cut off/))

  test('a file outside of the export', () =>
    refusesThen(async () => {
      const manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8'))
      manifest.files[0].file = '../secret.car'
      await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest))
    }, /not whole/))

  const changeManifest = async (edit: (manifest: Manifest) => void) => {
    const manifest: Manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8'))
    edit(manifest)
    await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest))
  }
  const fileIn = ({ files }: Manifest, name: string) => files.find(({ file }) => file === name)!
  const without = (name: RegExp) => changeManifest((manifest) => void (manifest.files = manifest.files.filter(({ file }) => !name.test(file))))

  test('a manifest without the CARs of complete DAGs', () => {
    const first = [tree, second].map(({ cid }) => cid.toString()).toSorted()[0]
    return refusesThen(() => without(/^dags\//), new RegExp(`no block bafk[^ ]+ of ${first}, which it calls complete`))
  })
  test('a manifest without a later CAR', async () => {
    await rm(to, { recursive: true })
    await moveOut(house, to, { maxCarBytes: 1500 })
    const last = (await readdir(join(to, 'dags'))).filter((name) => name.endsWith('.car')).toSorted().at(-1)!
    return refusesThen(() => without(new RegExp(`^dags/${last}$`)), /which it calls complete/)
  })
  test('a manifest without a table', () => refusesThen(() => without(/account_root/), /does not name rows\/account_root\.ndjson/))
  test('a table that there is not', () => refusesThen(() => changeManifest((manifest) => void (fileIn(manifest, 'rows/member.ndjson').file = 'rows/job.ndjson')), /names rows\/job\.ndjson, which is of no table/))
  test('a file that is named twice', () => refusesThen(() => changeManifest((manifest) => void manifest.files.push(fileIn(manifest, 'rows/dag.ndjson'))), /names rows\/dag\.ndjson twice/))
  test('a manifest of no schema', () => refusesThen(() => changeManifest((manifest) => void (manifest.schema = [])), /not whole/))
  test('another count of rows', () => refusesThen(() => changeManifest((manifest) => void fileIn(manifest, 'rows/account.ndjson').count++), /rows\/account\.ndjson is damaged: it has 1 rows, and had 2/))
  test('a line that is no row', () => refusesThen(() => rewriteRows(to, 'dag', (lines) => ['[]', ...lines]), /rows\/dag\.ndjson is damaged: its line 1 is not a row/))

  test('a file that is not there', async () => {
    await rm(carPath(to))
    await expect(moveIn(other, to)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await nothingCame()
  })

  test('a server that has something', async () => {
    await other.member()
    await expect(moveIn(other, to)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('rows of account') })
  })

  test('a folder that has something', async () => {
    const names = await readdir(to)
    await expect(moveOut(house, to)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('is not empty') })
    expect(await readdir(to)).toEqual(names)
    await rm(join(to, 'manifest.json'))
    await expect(moveOut(house, to)).rejects.toMatchObject({ message: expect.stringContaining('came to no end') })
  })
})

test('uploads of an export that did not know what they brought count as their bytes', async () => {
  await fill()
  await moveOut(house, to)
  const manifest: Manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8'))
  await writeFile(join(to, 'manifest.json'), JSON.stringify({ ...manifest, schema: manifest.schema.filter((name) => name !== '0023-brought') }))
  await rewriteRows(to, 'upload', (lines) => lines.map((line) => JSON.stringify({ ...JSON.parse(line), block_bytes: undefined })))
  await moveIn(other, to)
  const uploads = (await allRows(other)).upload!.map((row) => JSON.parse(row))
  expect(uploads).toHaveLength(4)
  for (const { bytes, block_bytes } of uploads) expect([bytes > 0, block_bytes]).toEqual([true, bytes])
})

test('a lost root that the export tells of comes as a row alone', async () => {
  await fill()
  await house.lose(second)
  expect(await moveOut(house, to)).toEqual([{ dag: second.cid.toString(), absent: 1, damaged: 0, blocked: 0, first: second.cid.toString() }])
  expect((await moveIn(other, to)).lacking).toBe(1)
  expect((await allRows(other)).dag).toEqual((await allRows(house)).dag)
  expect(await other.isHere(second, tree)).toEqual([false, true])
})

test('what speaks of another server is passed over', async () => {
  await fill()
  await moveOut(house, to)
  await rewriteRows(to, 'instance', (lines) => [...lines, JSON.stringify({ name: 'store', value: 'evil' }), JSON.stringify({ name: 'theirs', value: 'kept' })])
  await moveIn(other, to)
  expect(await other.db.read(async (r) => [await r.instance.get('store'), await r.instance.get('theirs')])).toEqual([undefined, 'kept'])
})

test('an export that fails leaves nothing behind', async () => {
  await fill()
  const broken = { ...house.blocks, getRun: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })) }
  await expect(moveOut({ db: house.db, blocks: broken }, to)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('no room left') })
  expect(await readdir(folder)).toEqual([])
})

test('an import whose disk fills shows nothing, says what to do, and goes on when there is room', async () => {
  await fill()
  await moveOut(house, to)
  const files = failingFiles()
  await using full = await openHouseOver((path) => openDiskStore({ folder: path, files }))
  const refused = { code: 'CONFLICT', message: expect.stringMatching(/no room is left.*nothing of the export is shown.*import it again/) }
  files.room = 2500
  await expect(moveIn(full, to)).rejects.toMatchObject(refused)
  expect(await full.db.read((r) => r.moving.firstInUse())).toBeUndefined()
  files.room = Infinity
  // The rows come last, and have no room either.
  const noRoom = Object.assign(new Error('database or disk is full'), { code: 'ENOSPC' })
  const broken = { ...full.db, write: (work: Parameters<typeof full.db.write>[0]) => full.db.write(async (w) => { await work(w); throw noRoom }) } as typeof full.db
  await expect(moveIn({ ...full, db: broken }, to)).rejects.toMatchObject(refused)
  expect(await full.db.read((r) => r.moving.firstInUse())).toBeUndefined()
  await moveIn(full, to)
  expect({ ...(await allRows(full)), instance: [] }).toEqual(await allRows(house))
})

test('what an import that ended left here needs no room again', async () => {
  await fill()
  await moveOut(house, to)
  const { files } = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as Manifest
  const needed = files.filter(({ file }) => file.endsWith('.car')).reduce((sum, { bytes }) => sum + bytes, 0)
  for (const block of [a, b, c]) await other.leave(block)
  const { bytes: here } = await other.blocks.stats()
  const withFree = (free: number) => ({ ...other, blocks: { ...other.blocks, stats: async () => ({ ...(await other.blocks.stats()), free }) } })
  await expect(moveIn(withFree(needed - here - 1), to)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('there is room for') })
  await moveIn(withFree(needed - here), to)
  expect(await other.isHere(a, b, c, d, tree, second, torn)).toEqual([true, true, true, false, true, true, true])
})

test('nothing is reclaimed while an export goes on', async () => {
  const who = await fill()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const slow = { ...house.blocks, async getRun(...args: Parameters<typeof house.blocks.getRun>) {
    begin()
    await held
    return house.blocks.getRun(...args)
  } }
  const moving = moveOut({ db: house.db, blocks: slow }, to)
  await begun
  for (const { id } of (await house.uploads.list(who, { limit: 10 })).uploads) await house.uploads.remove(who, id)
  house.clock.time += 1e9
  await expect(house.reclaim.run(new AbortController().signal)).rejects.toMatchObject({ code: 'CONFLICT' })
  release()
  expect(await moving).toEqual([])
  await moveIn(other, to)
  expect(await other.isHere(a, b, tree)).toEqual([true, true, true])
})
