import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCid } from '../cid/parse.ts'
import { openEntry } from '../read/entry.ts'
import { listDirectory } from '../read/list-directory.ts'
import { resolvePath } from '../read/resolve-path.ts'
import { all, memory, pattern, streamOf } from '../testing/memory.ts'
import { buildFile } from './build-file.ts'
import { directoryBlocks } from './directory-blocks.ts'
import { directoryBuilder } from './directory-builder.ts'
import { profiles, type Profile, type ProfileName } from './profiles.ts'

type Files = [path: string, content: string | Uint8Array][]

async function build(profile: Profile, files: Files, store = memory()) {
  const builder = directoryBuilder(profile)
  for (const [path, content] of files) {
    builder.add(path, await buildFile(streamOf(Buffer.from(content)), profile, store.sink))
  }
  return { ...(await builder.finish(store.sink)), store }
}
const rootOf = async (name: ProfileName, files: Files) => String((await build(profiles[name], files)).cid)

/** `count` names of 100 bytes, the first of them longer by `extra` bytes in all. */
function names(count: number, extra: number): Files {
  return Array.from({ length: count }, (_, i) => {
    const longer = Math.min(20, Math.max(0, extra - i * 20))
    return ['n'.repeat(96) + String(i).padStart(4, '0') + 'e'.repeat(longer), `x${i % 10}`]
  })
}
const many = (count: number): Files => Array.from({ length: count }, (_, i) => [`${i}.json`, `{"i":${i}}`])
const mixed = (chunk: number): Files => [
  ['b.txt', 'bee'], ['a.txt', 'ay'], ['é', 'accent'], ['z/deep/x', 'deep'], ['z/y', 'y'], ['😀', 'smile'], ['\uffee', 'wide'], ['big', pattern(chunk + 1)],
]

describe('CIDs of directories equal those of Kubo 0.42', () => {
  const v1 = 'unixfs-v1-2025'
  const v0 = 'unixfs-v0-2015'
  it.each<[ProfileName, string, Files, string]>([
    [v1, 'mixed', mixed(1024 * 1024), 'bafybeidsqhlbmm3nljdj44xuhoixt7yductdtqxvdc34bqmcfeqnt2st5u'],
    [v1, 'a block of exactly 256 KiB', names(1807, 125), 'bafybeich2uhcl2pqgekgyzjwqz6np2cuswx7bjziwh6w6vvkjujud2aw2y'],
    [v1, 'a block of one byte more', names(1807, 126), 'bafybeictmu7dwubwvmybjtj6nqhmrvzntvxhpqpsc5cohp5k3klqqy4tj4'],
    [v1, 'many entries', many(6000), 'bafybeibwfz6z6cf4nas7nrvgddmydnstm5pc7deo2kkh6vu2b5apkkmh3u'],
    [v0, 'mixed', mixed(256 * 1024), 'QmViNTk687FeUBGSjQLx2SeYrAc3ct1a4TU5kNzk3uEevM'],
    [v0, 'names and CIDs of exactly 256 KiB', names(1956, 40), 'QmWiA8f5hgheXKTjUfsQHJc5Zdjt9ANoW1fnqNQ4WX6cwq'],
    [v0, 'names and CIDs of one byte more', names(1956, 41), 'QmTNFKHDdTDRYvTnFzhWUT4ANX2bo96EmvG396gQgMrQR1'],
    [v0, 'many entries', many(6000), 'QmPULQEM9KeQ2JEMZvpwaJgaMYS2gRV8rw375TcXV1cVS1'],
  ])('%s, %s', async (name, _, files, cid) => {
    expect(await rootOf(name, files)).toBe(cid)
  })

  it.each<[ProfileName, string]>([
    [v1, 'bafybeihdljrygb6ched65xekwrxk6aazc4egamalbdcsbqa7crlolbcupi'],
    [v0, 'QmPToGc7hA127nZU2FCH435Gizmtd1gHcZ8faM7Y3E7XZG'],
  ])('%s, a sharded folder in a flat one', async (name, cid) => {
    expect(await rootOf(name, [...many(6000).map(([path, text]): Files[0] => [`sub/${path}`, text]), ['top', 't']])).toBe(cid)
  })

  it('an empty directory', async () => {
    expect(await rootOf(v1, [])).toBe('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354')
    expect(await rootOf(v0, [])).toBe('QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn')
  })
})

describe('CIDs of directories equal those of the classic services', () => {
  it.each<[string, Files, string, string]>([
    ['one file', [['f.bin', 'hello world!']], 'bafybeif5qll3dfq5gqpp4j7wyn733ax477vd7k4kl7tymrb6cnvop4fut4', 'bafybeif5qll3dfq5gqpp4j7wyn733ax477vd7k4kl7tymrb6cnvop4fut4'],
    ['262,145 bytes', [['f.bin', pattern(262_145)]], 'bafybeibb3mwwqk6jb5dc56qjgs35hacoqshpu7pmrz43e4pt2ffi4nslwe', 'bafybeihafxurp7j3gwmil2bllg5cndaxvljpmifhai6vb7ghmaujbewecy'],
    ['3 MiB', [['f.bin', pattern(3 << 20)]], 'bafybeigfxeuetuhsqfr66vaabmkmsah6iojcnjk4eepi3ydxsnnhgyn564', 'bafybeieqsblyrsfx5mwyjfh6npqg43pq26b6mypzsqcayubwxqzqrnj6xa'],
    ['1500 files', many(1500), 'bafybeiafyk2bg7l7ib654xxkz3i3rrups3kgpjhy24h2nbe77wnngvyiza', 'bafybeiafyk2bg7l7ib654xxkz3i3rrups3kgpjhy24h2nbe77wnngvyiza'],
  ])('%s', async (_, files, web3, nft) => {
    expect(await rootOf('web3-storage', files)).toBe(web3)
    expect(await rootOf('nft-storage', files)).toBe(nft)
  })

  it('counts the size of a two-part upload as they did', async () => {
    const built = await build(profiles['nft-storage'], [['name1', 'hello world! 1'], ['name2', 'hello world! 2']])
    expect(String(built.cid)).toBe('bafybeifrkxqq5bbn4fkykfyggoltlb7vn3moyhr3pldzx3me6yiukcfsem')
    expect(built.tsize).toBe(130)
  })

  it('shards from 1000 entries', async () => {
    expect((await build(profiles['web3-storage'], many(999))).blocks).toBe(1)
    expect((await build(profiles['web3-storage'], many(1000))).blocks).toBeGreaterThan(1)
  })
})

it('refuses names whose hashes are equal, which no shard could part', () => {
  const profile: Profile = { ...profiles['unixfs-v1-2025'], shard: { by: 'entries', from: 0 } }
  const link = { name: 'same', cid: parseCid('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354'), tsize: 4 }
  expect(() => [...directoryBlocks(profile, [link, link])]).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

describe('paths', () => {
  const file = { cid: parseCid('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354'), tsize: 4 }

  it.each(['', '/a', 'a//b', 'a/', '.', '..', 'a/../b', 'a/./b', 'a\0b', '\ud800', 'a/b/\udc00x'])('refuses %j', (path) => {
    expect(() => directoryBuilder(profiles['unixfs-v1-2025']).add(path, file)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it.each([['a', 'a'], ['a/b', 'a'], ['a', 'a/b'], ['a/b', 'a/b'], ['a/b', 'a/b/c']])('refuses %j and then %j', (first, second) => {
    const builder = directoryBuilder(profiles['unixfs-v1-2025'])
    builder.add(first, file)
    expect(() => builder.add(second, file)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })

  it.each(['__proto__', 'constructor', 'a\\b', '...', ' ', '\ufeffbom', 'a\nb'])('takes %j as any other name', async (path) => {
    const builder = directoryBuilder(profiles['unixfs-v1-2025'])
    const store = memory()
    builder.add(path, file)
    const { cid } = await builder.finish(store.sink)
    expect((await all(listDirectory(store, await openEntry(store, cid)))).map((link) => link.name)).toEqual([path])
  })

  it('holds to its limits', () => {
    const builder = directoryBuilder(profiles['unixfs-v1-2025'], { maxEntries: 3, maxNameBytes: 4, maxDepth: 2 })
    const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' })
    expect(() => builder.add('abcde', file)).toThrow(tooLarge)
    expect(() => builder.add('éé1', file)).toThrow(tooLarge)
    expect(() => builder.add('a/b/c/d', file)).toThrow(tooLarge)
    builder.add('a/b/éé', file)
    expect(() => builder.add('e', file)).toThrow(tooLarge)
  })
})

it('lists and resolves what was added, flat and sharded', async () => {
  const leaf = await buildFile(streamOf(Buffer.from('x')), profiles['unixfs-v1-2025'], () => {})
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !/[/\0]|^\.\.?$/.test(text))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 60 }), fc.boolean(), async (added, sharded) => {
      const profile: Profile = { ...profiles['unixfs-v1-2025'], shard: { by: 'entries', from: sharded ? 0 : 1000 } }
      const store = memory()
      const builder = directoryBuilder(profile)
      for (const path of added) builder.add(path, leaf)
      const { cid } = await builder.finish(store.sink)
      store.sink({ cid: leaf.cid, bytes: Buffer.from('x') })
      const listed = await all(listDirectory(store, await openEntry(store, cid)))
      expect(listed.map((link) => link.name).sort()).toEqual([...added].sort())
      for (const path of added) expect((await resolvePath(store, cid, [path])).cids.map(String)).toEqual([String(cid), String(leaf.cid)])
      expect(listed.every((link) => link.cid.equals(leaf.cid) && link.tsize === leaf.tsize)).toBe(true)
    }),
    { numRuns: 40 },
  )
})
