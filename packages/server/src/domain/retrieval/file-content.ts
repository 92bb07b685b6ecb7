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
/** Bytes of a range after which the next one probably lies in the same leaf. */
const smallRange = 128 << 10
/** Of a frame, and of the node around a leaf's content. */
const bytesBesideLeaf = 128
/** Blocks in flight where a file is read node by node. */
const readAhead = 4

/** Files by large reads of neighbouring leaves; those without a manifest node by node. */
export function openContents({ blocks, source, recent, whyAbsent, manifestBytes, readAheadBytes }: ContentParts): OpenContent {
  const manifestOf = fileManifests(source, manifestBytes)
  let readers = 0

  /** The leaves from `first` on that one read gives. */
  function runFrom(manifest: FileManifest, first: number, end: number, signal?: AbortSignal): Promise<Uint8Array[]> {
    // Each reader has two in memory.
    const most = Math.min(maxRunBytes, readAheadBytes / 2 / readers)
    let last = first + 1
    while (last < Math.min(end, first + maxRunLeaves) && manifest.start(last + 1) - manifest.start(first) <= most) last++
    const hashes = Array.from({ length: last - first }, (_, i) => manifest.multihash(first + i))
    const run = blocks.getRun(hashes, { signal, maxBytes: manifest.start(last) - manifest.start(first) + hashes.length * bytesBesideLeaf })
    run.catch(() => {}) // told when its turn comes, if it comes
    return run
  }

  async function* readLeaves(manifest: FileManifest, { from, to, signal }: Range, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
    const end = manifest.leafAt(to - 1) + 1
    let at = manifest.leafAt(from)
    if (at + 1 === end && to - from <= smallRange) return yield* manifest.content(source, at, await recent.get(manifest.cid(at), { signal }), { from, to, signal })
    for (let coming: Promise<Uint8Array[]> | undefined = runFrom(manifest, at, end, signal); coming !== undefined; ) {
      const run: Uint8Array[] = await coming
      if (run.length === 0) throw await whyAbsent(manifest.cid(at))
      memory.hold(run)
      const next = at + run.length
      coming = next < end ? runFrom(manifest, next, end, signal) : undefined
      for (const bytes of run) yield* manifest.content(source, at++, bytes, { from, to, signal })
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
