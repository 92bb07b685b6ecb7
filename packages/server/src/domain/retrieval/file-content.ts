import { type BlockSource, type Entry, type FileManifest, identityBytes, isLeaf, readFile } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../../ports/block-store.ts'
import { chunkMemory, type ChunkMemory } from './chunk-memory.ts'
import { fileManifests } from './file-manifests.ts'

export interface ContentLimits {
  /** Bytes of manifests in memory. */
  manifestBytes: number
  /** Bytes read ahead for all readers together, though at least a block for each. */
  readAheadBytes: number
}

export interface ContentParts extends ContentLimits {
  blocks: Pick<BlockStore, 'getRun'>
  source: BlockSource
  /** For leaves of which small parts are read. */
  recent: BlockSource
  /** Throws where a list blocks this block. */
  assertAllowed(cid: CID): void
  /** What to tell of a block that is not there. */
  whyAbsent(cid: CID): Promise<Error>
}

/** A file for one reader. */
export interface FileContent {
  /** Content bytes in order, of `to` it stops short; read ahead of the reader by a few megabytes at most. */
  read(range: { from: number; to: number }): AsyncIterable<Uint8Array>
  /** The reader has sent a chunk, whose memory is freed with the others that it lies with. */
  giveBack(chunk: Uint8Array): void
}

export type OpenContent = (file: Entry, options?: { signal?: AbortSignal }) => FileContent

type Range = { from: number; to: number; signal?: AbortSignal }

const maxRunBytes = 4 << 20
const maxRunLeaves = 1024
/** Runs that are read while one is sent: enough to hide the way to an object store. */
const runsAhead = 2
/** Bytes of a range after which the next one probably lies in the same leaf. */
const smallRange = 128 << 10
/** Of a frame, and of the node around a leaf's content. */
const bytesBesideLeaf = 128
/** Blocks in flight where a file is read node by node. */
const readAhead = 4

/** Files by large reads of neighbouring leaves; those without a manifest node by node. */
export function openContents({ blocks, source, recent, assertAllowed, whyAbsent, manifestBytes, readAheadBytes }: ContentParts): OpenContent {
  const manifestOf = fileManifests(source, manifestBytes)
  let readers = 0

  /** Where the leaves end that one read is to give. */
  function windowEnd(manifest: FileManifest, first: number, end: number): number {
    const most = Math.min(maxRunBytes, readAheadBytes / (1 + runsAhead) / readers)
    let last = first + 1
    while (last < Math.min(end, first + maxRunLeaves) && manifest.start(last + 1) - manifest.start(first) <= most) last++
    return last
  }

  /** The first of these leaves, and those that lie behind it. */
  async function readRun(manifest: FileManifest, first: number, end: number, signal?: AbortSignal): Promise<Uint8Array[]> {
    for (let leaf = first; leaf < end; leaf++) assertAllowed(manifest.cid(leaf))
    const hashes = Array.from({ length: end - first }, (_, i) => manifest.multihash(first + i))
    return blocks.getRun(hashes, { signal, maxBytes: manifest.start(end) - manifest.start(first) + hashes.length * bytesBesideLeaf })
  }

  function runOf(manifest: FileManifest, first: number, end: number, signal?: AbortSignal): Promise<Uint8Array[]> {
    const run = readRun(manifest, first, end, signal)
    run.catch(() => {}) // told when its turn comes, if it comes
    return run
  }

  async function* readLeaves(manifest: FileManifest, range: Range, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
    const { from, to, signal } = range
    const end = manifest.leafAt(to - 1) + 1
    let next = manifest.leafAt(from)
    if (next + 1 === end && to - from <= smallRange) return yield* manifest.content(source, next, await recent.get(manifest.cid(next), { signal }), range)
    const windows: { first: number; end: number; run: Promise<Uint8Array[]> }[] = []
    const lookAhead = () => {
      for (let first = next; windows.length < runsAhead && first < end; first = next) {
        next = windowEnd(manifest, first, end)
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
        if (run.length === 0) throw await whyAbsent(manifest.cid(at))
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
    return {
      async *read({ from, to }) {
        if (from >= to) return
        const manifest = await manifestOf(file)
        readers++
        try {
          const range = { from, to, signal }
          for await (const chunk of manifest ? readLeaves(manifest, range, memory) : readNodes(file, range, memory)) yield memory.lend(chunk)
        } finally {
          readers--
        }
      },
      giveBack: memory.giveBack,
    }
  }
}
