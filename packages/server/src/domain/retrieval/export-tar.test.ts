import { setTimeout as sleep } from 'node:timers/promises'
import { buildFile, codecs, digest, directoryBuilder, openEntry, profiles } from '@thole/dag'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { openTars, type TarLimits } from './export-tar.ts'
import { openContents } from './file-content.ts'
import { readPaces } from './read-pace.ts'
import { tarHeader, tarPadding } from './tar-header.ts'
import { tarPath } from './tar-path.ts'
import { readTar } from './testing/read-tar.ts'

const small = { ...profiles['unixfs-v1-2025'], chunkBytes: 20_000, width: 3 }

test('files, directories and symlinks, in stored order', async () => {
  const store = blocks()
  const large = Buffer.alloc(70_001, 'large ')
  const file = await store.file('abc')
  const link = store.node('symlink', [], 'a/b.txt')
  const empty = store.node('directory', [])
  const below = store.node('directory', [['b.txt', file], ['large', await store.file(large)], ['raw', store.raw('raw')]])
  const root = store.node('directory', [['a', below], ['empty', empty], ['link', link]])
  const entries = await store.read(root)
  const top = root.toString()
  expect(entries).toEqual([
    { path: `${top}/`, kind: 'directory', content: '' },
    { path: `${top}/a/`, kind: 'directory', content: '' },
    { path: `${top}/a/b.txt`, kind: 'file', content: 'abc' },
    { path: `${top}/a/large`, kind: 'file', content: large.toString() },
    { path: `${top}/a/raw`, kind: 'file', content: 'raw' },
    { path: `${top}/empty/`, kind: 'directory', content: '' },
    { path: `${top}/link`, kind: 'symlink', content: '', target: 'a/b.txt' },
  ])
  expect(await store.read(link)).toEqual([{ path: link.toString(), kind: 'symlink', content: '', target: 'a/b.txt' }])
})

test('a sharded directory', async () => {
  const store = blocks()
  const builder = directoryBuilder({ ...small, shard: { by: 'entries', from: 10 } })
  for (let i = 0; i < 100; i++) builder.add(`d/${i}.txt`, await buildFile(one(`${i}`), small, store.sink))
  const { cid } = await builder.finish(store.sink)
  const entries = await store.read(cid)
  expect(entries).toHaveLength(102)
  expect(entries.find(({ path }) => path.endsWith('/d/77.txt'))?.content).toBe('77')
})

test('names that lead out, or nowhere, are refused', async () => {
  const store = blocks()
  const file = store.raw('x')
  const tar = (name: string) => store.read(store.node('directory', [['d', store.node('directory', [[name, file]])]]))
  for (const name of ['..', '.', '', '../..', '../../x', '../../../etc/passwd', 'a/..', 'a/', 'nul\0', String.raw`..\..\x`, String.raw`a\..\..\..\x`]) {
    await expect(tar(name), name).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  }
  for (const name of ['../x', './x', '/x', 'a/b', '..x', 'x..', 'a/../x', '...']) expect(await tar(name), name).toHaveLength(3)
  expect((await tar('../x')).at(-1)?.path).toMatch(/^[^/]+\/x$/)
  expect((await tar('/x')).at(-1)?.path).toMatch(/^[^/]+\/d\/x$/)
})

test('nothing lies behind a symlink of the archive', async () => {
  const store = blocks()
  const link = store.node('symlink', [], '/etc')
  const file = store.raw('x')
  const below = store.node('directory', [['passwd', file]])
  await expect(store.read(store.node('directory', [['a', link], ['a', below]]))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  await expect(store.read(store.node('directory', [['a', link], ['b', store.node('directory', [['../a/passwd', file]])]]))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  await expect(store.read(store.node('directory', [['a', link], ['a', file]]))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  expect(await store.read(store.node('directory', [['a', link], ['ab', file]]))).toHaveLength(3)
})

test('what is neither file nor directory, or is missing, breaks off', async () => {
  const store = blocks()
  const data = store.put(codecs.dagCbor, Buffer.from('\xa0', 'latin1'))
  await expect(store.read(store.node('directory', [['data', data]]))).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' })
  const gone = store.raw('gone')
  const root = store.node('directory', [['here', store.raw('here')], ['gone', gone]])
  store.lose(gone)
  await expect(store.read(root)).rejects.toThrow(`no ${gone}`)
  await expect(store.read(store.node('symlink', [], ''))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('has limits', async () => {
  const store = blocks()
  const file = store.raw('x')
  const root = store.node('directory', [['a', file], ['b', store.node('directory', [['c', file]])]])
  expect(await store.read(root, { maxEntries: 4 })).toHaveLength(4)
  await expect(store.read(root, { maxEntries: 3 })).rejects.toMatchObject({ code: 'DAG_LIMIT' })
  await expect(store.read(root, { maxHeld: 100 })).rejects.toMatchObject({ code: 'DAG_LIMIT' })
  let deep = store.node('directory', [])
  for (let i = 0; i < 50; i++) deep = store.node('directory', [['n'.repeat(100), deep]])
  await expect(store.read(deep)).rejects.toMatchObject({ code: 'DAG_LIMIT', data: { limit: 4096 } })
})

test('waits for its reader', async () => {
  const store = blocks()
  const root = store.node('directory', await Promise.all(Array.from({ length: 50 }, async (_, i) => [`${i}`, await store.file(Buffer.alloc(100_000, `${i}`))] as [string, CID])))
  const chunks = store.open(root).bytes[Symbol.asyncIterator]()
  await chunks.next()
  await sleep(5)
  expect(store.reads()).toBeLessThan(20)
  await chunks.return?.()
})

test('every name, target and size is said so that it is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), fc.nat(5000), (text, size) => {
      const path = text.toWellFormed().replace(/[\0/]/g, '_')
      const archive = Buffer.concat([tarHeader({ path, kind: 'file', size }), Buffer.alloc(size, 'x'), tarPadding(size), tarHeader({ path, kind: 'symlink', target: path }), Buffer.alloc(1024)])
      expect(readTar(archive)).toEqual([{ path, kind: 'file', content: 'x'.repeat(size) }, { path, kind: 'symlink', content: '', target: path }])
    }),
  )
})

test('a size beyond eleven octal digits', () => {
  const header = Buffer.from(tarHeader({ path: 'huge', kind: 'file', size: 2 ** 40 }))
  expect(header.toString()).toContain('22 size=1099511627776\n')
  expect(header).toHaveLength(3 * 512)
})

test('a path never leaves the root', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('..', '.', '', 'a', 'b', '\\', '/', '../'), { maxLength: 8 }), (parts) => {
      let path: string
      try {
        path = tarPath('root', 'root/d', parts.join('/'))
      } catch {
        return
      }
      expect(path).toMatch(/^root\/./)
      expect(path.split(/[\\/]/)).not.toContain('..')
    }),
  )
})

function blocks() {
  const stored = new Map<string, Uint8Array>()
  let reads = 0
  const source = {
    async get(cid: CID) {
      reads++
      const bytes = stored.get(String(cid))
      if (bytes === undefined) throw new Error(`no ${cid}`)
      return bytes
    },
  }
  const getRun = async ([first]: readonly CID[]) => [Uint8Array.from(await source.get(first!))]
  const content = openContents({ source, getRun, paces: readPaces(1 << 20), leaf: source.get, manifestBytes: 1 << 20 })
  const put = (codec: number, bytes: Uint8Array) => {
    const cid = CID.createV1(codec, createDigest(0x12, digest(0x12, bytes)))
    stored.set(String(cid), bytes)
    return cid
  }
  const store = {
    reads: () => reads,
    sink: ({ cid, bytes }: { cid: CID; bytes: Uint8Array }) => void stored.set(String(cid), bytes),
    lose: (cid: CID) => stored.delete(String(cid)),
    put,
    raw: (text: string) => put(codecs.raw, Buffer.from(text, 'latin1')),
    file: async (bytes: string | Uint8Array) => (await buildFile(one(bytes), small, store.sink)).cid,
    /** As it is written, sorted or not, with names twice or not. */
    node(type: 'directory' | 'symlink', links: [string, CID][], target?: string) {
      const data = [Buffer.from([8, type === 'directory' ? 1 : 4]), ...(target === undefined ? [] : [field(2, Buffer.from(target))])]
      const encoded = links.map(([name, { bytes }]) => field(2, Buffer.concat([field(1, bytes), field(2, Buffer.from(name)), Buffer.from([0x18, 0])])))
      return put(codecs.dagPb, Buffer.concat([...encoded, field(1, Buffer.concat(data))]))
    },
    open: (root: CID, limits: Partial<TarLimits> = {}) => {
      const opened = openEntry(source, root)
      async function* bytes() {
        yield* openTars({ source, content, maxEntries: 1000, maxHeld: 1 << 20, ...limits })(await opened).bytes
      }
      return { bytes: bytes() }
    },
    read: async (root: CID, limits?: Partial<TarLimits>) => readTar(Buffer.concat(await Array.fromAsync(store.open(root, limits).bytes))),
  }
  return store
}

/** Of protobuf, for less than 16 KiB. */
function field(number: number, bytes: Uint8Array): Buffer {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes])
}

async function* one(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content as Uint8Array)
}
