import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, open, readFile, readdir, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarReader } from '@ipld/car'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Log } from '../ports/log.ts'
import { block, blockStoreContract, expectStored, hashOf, store } from './block-store.contract.ts'
import { openDiskStore } from './disk-store.ts'

const folders: string[] = []
const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thole-blocks-'))
  folders.push(folder)
  return folder
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
const openIn = (folder: string, segmentBytes?: number) => openDiskStore({ folder, segmentBytes, log: quiet })
const files = async (folder: string, ending: string) => (await readdir(join(folder, 'segments'))).filter((name) => name.endsWith(ending)).map((name) => join(folder, 'segments', name))
const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => block(`block ${from + i} ${'x'.repeat((from + i) % 700)}`))

blockStoreContract('disk', async () => openIn(await newFolder()))
blockStoreContract('disk, tiny segments', async () => openIn(await newFolder(), 4096))

describe('what is on the disk', () => {
  test('comes back after closing, over several segments, and segments are CARs', async () => {
    const folder = await newFolder()
    const all = some(0, 300)
    const first = await openIn(folder, 20_000)
    for (let i = 0; i < 300; i += 30) await store(first, all.slice(i, i + 30))
    await first.close()
    const second = await openIn(folder, 20_000)
    await expectStored(second, all)
    await store(second, some(300, 310))
    await second.close()
    const segments = await files(folder, '.car')
    expect(segments.length).toBeGreaterThan(2)
    const found = new Set<string>()
    for (const segment of segments) for await (const { cid } of (await CarReader.fromBytes(await readFile(segment))).blocks()) found.add(cid.toString())
    expect(found).toEqual(new Set([...all, ...some(300, 310)].map(({ cid }) => cid.toString())))
  })

  test('an index that is lost, cut or damaged is made anew', async () => {
    const folder = await newFolder()
    const all = some(0, 120)
    const first = await openIn(folder)
    for (let i = 0; i < 120; i += 40) await store(first, all.slice(i, i + 40))
    await first.close()
    const [index] = await files(folder, '.index')
    const whole = await readFile(index!)
    const damaged = Buffer.from(whole)
    damaged[Math.floor(whole.length / 2)]! ^= 0xff
    for (const bytes of [undefined, whole.subarray(0, whole.length - 5), damaged, Buffer.from('not an index at all, not at all')]) {
      if (bytes) await writeFile(index!, bytes)
      else await unlink(index!)
      const blocks = await openIn(folder)
      await expectStored(blocks, all)
      await blocks.close()
    }
  })

  test('a torn tail is cut at the last whole block, wherever it was torn', async () => {
    const folder = await newFolder()
    const all = some(0, 60)
    const first = await openIn(folder)
    await store(first, all)
    await first.close()
    const [segment] = await files(folder, '.car')
    const [index] = await files(folder, '.index')
    const whole = await readFile(segment!)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: whole.length }), fc.uint8Array({ maxLength: 300 }), async (length, garbage) => {
        await writeFile(segment!, Buffer.concat([whole.subarray(0, length), garbage]))
        await rm(index!, { force: true })
        const blocks = await openIn(folder)
        const present = await Promise.all(all.map((one) => blocks.has(hashOf(one))))
        const kept = present.lastIndexOf(true) + 1
        expect(present.slice(0, kept).every(Boolean)).toBe(true)
        await expectStored(blocks, all.slice(0, kept))
        const ends = all.slice(0, kept + 1).reduce((sum, { bytes }) => sum + bytes.length + 38, 17)
        if (kept < all.length && garbage.length === 0) expect(ends).toBeGreaterThan(length)
        await store(blocks, all)
        await expectStored(blocks, all)
        await blocks.close()
      }),
      { numRuns: 40 },
    )
  })

  test('pages of zeros at the end are cut off', async () => {
    const folder = await newFolder()
    const first = await openIn(folder)
    await store(first, some(0, 10))
    await first.close()
    const [segment] = await files(folder, '.car')
    const { size } = await stat(segment!)
    await appendFile(segment!, new Uint8Array(4096))
    const blocks = await openIn(folder)
    await expectStored(blocks, some(0, 10))
    expect((await stat(segment!)).size).toBe(size)
    await blocks.close()
  })

  test('bytes that changed on the medium are not given out under the hash in front of them', async () => {
    const folder = await newFolder()
    const blocks = await openIn(folder)
    const one = block('precious')
    await store(blocks, [one])
    const [segment] = await files(folder, '.car')
    const handle = await open(segment!, 'r+')
    const at = (await readFile(segment!)).indexOf(Buffer.from(hashOf(one)))
    await handle.write(Buffer.from([0xff]), 0, 1, at + 5)
    await handle.close()
    expect(await blocks.get(hashOf(one))).toBeUndefined()
    await truncate(segment!, at + 10)
    await expect(blocks.get(hashOf(one))).rejects.toMatchObject({ code: 'INTERNAL' })
    await blocks.close()
  })

  test('one process at a time; the second is told who holds it; a dead one holds nothing', async () => {
    const folder = await newFolder()
    const first = await openIn(folder)
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(`process ${process.pid}`) })
    await first.close()
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 - 3, started: '1' }))
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, started: 'another time' }))
    const again = await openIn(folder)
    await again.close()
  })
})

/** Writes until it is killed; prints the number of each block that it was told is durable. */
const endless = `
import { openDiskStore } from ${JSON.stringify(join(import.meta.dirname, 'disk-store.ts'))}
import { block } from ${JSON.stringify(join(import.meta.dirname, 'testing/numbered-blocks.ts'))}
const blocks = await openDiskStore({ folder: process.argv[1], segmentBytes: 200_000, log: { debug() {}, info() {}, warn() {}, error(_, words) { console.error(words) } } })
const from = Number(process.argv[2])
await Promise.all([0, 1, 2, 3].map(async (worker) => {
  for (let i = from + worker; ; i += 4) {
    const writer = blocks.writer()
    await writer.put(block(i))
    await writer.commit()
    process.stdout.write(i + '\\n')
  }
}))
`

test('kill -9 in the middle of writing, again and again: nothing acknowledged is missing', async () => {
  const { block: numbered } = await import('./testing/numbered-blocks.ts')
  const folder = await newFolder()
  const acknowledged: number[] = []
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', endless, folder, String(round * 1_000_000)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (text: Buffer) => (out += text.toString()))
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 120))
    child.kill('SIGKILL')
    await once(child, 'close')
    acknowledged.push(...out.split('\n').slice(0, -1).map(Number))
    const blocks = await openIn(folder, 200_000)
    await expectStored(blocks, acknowledged.map(numbered))
    await blocks.close()
  }
  expect(acknowledged.length).toBeGreaterThan(50)
})

test('a medium that takes no more: the writer fails with STORAGE_FULL or INTERNAL, what was acknowledged stays, writing goes on when there is room', async () => {
  // A limit on the size of files is the real thing: write() fails as on a full disk, but only for this child.
  const folder = await newFolder()
  const script = join(import.meta.dirname, 'testing/full-medium.ts')
  const limited = spawn('sh', ['-c', `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`, process.execPath, script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  limited.stdout.on('data', (text: Buffer) => (out += text.toString()))
  await once(limited, 'close')
  const told = JSON.parse(out) as { acknowledged: number[]; failure: string; afterwards: boolean }
  expect(told.acknowledged.length).toBeGreaterThan(0)
  expect(['STORAGE_FULL', 'INTERNAL']).toContain(told.failure)
  expect(told.afterwards).toBe(true)
  const { block: numbered } = await import('./testing/numbered-blocks.ts')
  const blocks = await openIn(folder)
  await expectStored(blocks, told.acknowledged.map(numbered))
  await store(blocks, some(0, 5))
  await expectStored(blocks, some(0, 5))
  await blocks.close()
})
