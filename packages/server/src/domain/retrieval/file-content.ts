import { type BlockSource, type Entry, type FileManifest, identityBytes, isLeaf, readFile } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { GetRun } from './block-runs.ts'
import { chunkMemory, type ChunkMemory } from './chunk-memory.ts'
import { fileManifests } from './file-manifests.ts'
import type { ReadPace, ReadPaces } from './read-pace.ts'

export interface ContentLimits {
  /** Bytes of manifests in memory. */
  manifestBytes: number
}

export interface ContentParts extends ContentLimits {
  source: BlockSource
  getRun: GetRun
  paces: ReadPaces
  /** A leaf of which a small part is read; its memory is shared. */
  leaf(cid: CID, options: { signal?: AbortSignal }): Promise<Uint8Array> | Uint8Array
}

/** A file for one reader, who wants content bytes in order; of `to` it stops short. */
export interface FileContent {
  /** Read ahead of the reader by a few megabytes at most. */
  read(range: { from: number; to: number }): AsyncIterable<Uint8Array>
  /** At once where the range is short and within one leaf: bytes that are shared, so that nobody may change or free them. */
  piece(range: { from: number; to: number }): Promise<Uint8Array | AsyncIterable<Uint8Array>>
  /** The reader has sent a chunk, whose memory is freed with the others that it lies with. */
  giveBack(chunk: Uint8Array): void
}

export type OpenContent = (file: Entry, options?: { signal?: AbortSignal }) => FileContent

type Range = { from: number; to: number; signal?: AbortSignal }

const maxRunLeaves = 1024
/** Bytes of a range after which the next one probably lies in the same leaf. */
const smallRange = 128 << 10
/** Of a frame, and of the node around a leaf's content. */
const bytesBesideLeaf = 128
/** Blocks in flight where a file is read node by node. */
const readAhead = 4

/** Files by large reads of neighbouring leaves; those without a manifest node by node. */
export function openContents({ source, getRun, paces, leaf, manifestBytes }: ContentParts): OpenContent {
  const manifestOf = fileManifests(source, manifestBytes)

  /** Where the leaves end that one read is to give. */
  function windowEnd(manifest: FileManifest, first: number, end: number, { window }: ReadPace): number {
    let last = first + 1
    while (last < Math.min(end, first + maxRunLeaves) && manifest.start(last + 1) - manifest.start(first) <= window) last++
    return last
  }

  /** The first of these leaves, and those that lie behind it. */
  function runOf(manifest: FileManifest, first: number, end: number, signal?: AbortSignal): Promise<Uint8Array[]> {
    const cids = Array.from({ length: end - first }, (_, i) => manifest.cid(first + i))
    const run = getRun(cids, { signal, maxBytes: manifest.start(end) - manifest.start(first) + cids.length * bytesBesideLeaf })
    run.catch(() => {}) // told when its turn comes, if it comes
    return run
  }

  async function* readLeaves(manifest: FileManifest, range: Range, memory: ChunkMemory, pace: ReadPace): AsyncGenerator<Uint8Array> {
    const { from, to, signal } = range
    const end = manifest.leafAt(to - 1) + 1
    let next = manifest.leafAt(from)
    const windows: { first: number; end: number; run: Promise<Uint8Array[]> }[] = []
    const lookAhead = () => {
      for (let first = next; windows.length < pace.ahead && first < end; first = next) {
        next = windowEnd(manifest, first, end, pace)
        windows.push({ first, end: next, run: runOf(manifest, first, next, signal) })
      }
    }
    lookAhead()
    for (let window = windows.shift(); window; window = windows.shift()) {
      lookAhead()
      let at = window.first
      // Leaves that do not lie together come by several runs.
      for (let coming: Promise<Uint8Array[]> | undefined = window.run; coming !== undefined; ) {
        const run: Uint8Array[] = await coming
        memory.hold(run)
        coming = at + run.length < window.end ? runOf(manifest, at + run.length, window.end, signal) : undefined
        for (const bytes of run) yield* manifest.content(source, at++, bytes, range)
      }
    }
  }

  function readNodes(file: Entry, range: Range, memory: ChunkMemory): AsyncIterable<Uint8Array> {
    const holding: BlockSource = {
      async get(cid, options) {
        const bytes = await source.get(cid, options)
        // Blocks with links are left to the garbage collector: others may have views of them.
        if (isLeaf(cid) && identityBytes(cid) === undefined) memory.hold([bytes])
        return bytes
      },
    }
    return readFile(holding, file, { ...range, readAhead })
  }

  return (file, { signal } = {}) => {
    const memory = chunkMemory()

    async function* read({ from, to }: { from: number; to: number }): AsyncGenerator<Uint8Array> {
      if (from >= to) return
      const manifest = await manifestOf(file)
      const pace = paces()
      try {
        const range = { from, to, signal }
        for await (const chunk of manifest ? readLeaves(manifest, range, memory, pace) : readNodes(file, range, memory)) {
          const at = performance.now()
          const { length } = chunk
          yield memory.lend(chunk)
          pace.took(length, performance.now() - at)
        }
      } finally {
        pace.end()
      }
    }

    async function piece({ from, to }: { from: number; to: number }): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
      const isShort = from < to && to - from <= smallRange
      const manifest = isShort ? await manifestOf(file) : undefined
      const number = manifest?.leafAt(from)
      if (manifest === undefined || number === undefined || manifest.leafAt(to - 1) !== number) return read({ from, to })
      const bytes = await leaf(manifest.cid(number), { signal })
      return manifest.slice(number, bytes, { from, to }) ?? Buffer.concat(await Array.fromAsync(manifest.content(source, number, bytes, { from, to, signal })))
    }

    return { read, piece, giveBack: memory.giveBack }
  }
}
