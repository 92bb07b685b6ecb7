import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { cidOf } from '../cid/bytes.ts'
import { codecs, isInline, isLeaf } from '../cid/codecs.ts'
import { DagError, malformed } from '../fault.ts'
import { takeTurns } from '../walk/turns.ts'
import { getBytes, type Entry, type GetOptions } from './entry.ts'
import { fileParts, type FilePart } from './file-parts.ts'
import { readFile, type ReadOptions } from './read-file.ts'

export interface ManifestOptions extends GetOptions {
  /** Default 65,536, which are 64 GiB in chunks of 1 MiB. */
  maxLeaves?: number
}

type Link = FilePart['links'][number]

/**
 * Where each leaf of a file begins, and under which multihash it is stored: with it a range is found without the nodes above. Some 42
 * bytes a leaf.
 */
export class FileManifest {
  /** Content bytes of the file. */
  readonly size: number
  readonly #codec: number
  /** Of each leaf, and the end of the last. */
  readonly #starts: Float64Array
  readonly #hashes: Uint8Array

  /** Leaves of one codec, whose multihashes are equally long. */
  constructor(leaves: readonly Link[]) {
    const first = leaves[0]!.cid
    const hashBytes = first.multihash.bytes.length
    this.#codec = first.code
    this.#starts = new Float64Array(leaves.length + 1)
    this.#hashes = new Uint8Array(leaves.length * hashBytes)
    for (const [i, { cid, start }] of leaves.entries()) {
      this.#starts[i] = start
      this.#hashes.set(cid.multihash.bytes, i * hashBytes)
    }
    this.size = this.#starts[leaves.length] = leaves.at(-1)!.end
  }

  /** Number of leaves. */
  get count(): number {
    return this.#starts.length - 1
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#starts.byteLength + this.#hashes.byteLength
  }

  /** First content byte of a leaf; of `count`, the end of the file. */
  start(leaf: number): number {
    return this.#starts[leaf]!
  }

  multihash(leaf: number): Uint8Array {
    const length = this.#hashes.length / this.count
    return this.#hashes.subarray(leaf * length, (leaf + 1) * length)
  }

  cid(leaf: number): CID {
    return cidOf(this.#codec, this.multihash(leaf))
  }

  /** The leaf with the content byte `at`, which must be below `size`. */
  leafAt(at: number): number {
    let low = 0
    for (let high = this.count; high - low > 1; ) {
      const middle = (low + high) >>> 1
      if (this.#starts[middle]! <= at) low = middle
      else high = middle
    }
    return low
  }

  /** The range of the file within a leaf as one view of `bytes`; undefined where `content` has to look closer. */
  slice(leaf: number, bytes: Uint8Array, { from, to }: { from: number; to: number }): Uint8Array | undefined {
    const start = this.start(leaf)
    return this.#codec === codecs.raw && bytes.length === this.start(leaf + 1) - start ? bytes.subarray(from - start, to - start) : undefined
  }

  /**
   * The content in the block of a leaf, views of `bytes`, without what lies outside of the range of the file. A block that is no leaf after all
   * is read down from there.
   * @throws DagError INVALID_REQUEST when it does not hold what the nodes above promised; what the source throws
   */
  async *content(source: BlockSource, leaf: number, bytes: Uint8Array, { from = 0, to = this.size, ...options }: ReadOptions = {}): AsyncGenerator<Uint8Array, void> {
    const start = this.start(leaf)
    const entry: Entry = { kind: 'file', cid: this.cid(leaf), bytes, size: this.start(leaf + 1) - start }
    yield* readFile(source, entry, { ...options, from: from - start, to: to - start })
  }
}

interface Walk {
  source: BlockSource
  options: GetOptions
  maxLeaves: number
  /** Nodes that may still be read: those of a file whose nodes have two links or more are fewer than its leaves. */
  nodesLeft: number
  turn: () => Promise<void> | undefined
}

/** Nodes above a leaf; a width of two reaches more leaves than a manifest may have. */
const maxLevels = 32

/**
 * Reads the nodes of a file above its leaves. Undefined where the file does not consist of leaves alike (content beside links, content
 * within CIDs, several codecs), has too many, or contradicts itself: such a file is read by `readFile`.
 * @throws what the source throws; the signal's reason
 */
export async function fileManifest(source: BlockSource, entry: Entry, options: ManifestOptions = {}): Promise<FileManifest | undefined> {
  const { maxLeaves = 65_536 } = options
  if (entry.kind !== 'file') return undefined
  const walk: Walk = { source, options, maxLeaves, nodesLeft: 2 * maxLeaves, turn: takeTurns() }
  try {
    let level = linksOf(fileParts(entry.cid, entry.bytes, 0))
    for (let depth = 0; level.length > 0 && level.length <= maxLeaves && depth < maxLevels; depth++) {
      if (await areLeaves(source, level[0]!, options)) return isUniform(level, entry) ? new FileManifest(level) : undefined
      level = await nextLevel(walk, level)
    }
    return undefined
  } catch (error) {
    if (error instanceof DagError) return undefined
    throw error
  }
}

/** In files, nodes of one level have the same depth: the first tells. */
async function areLeaves(source: BlockSource, { cid, start }: Link, options: GetOptions): Promise<boolean> {
  return isLeaf(cid) || fileParts(cid, await getBytes(source, cid, options), start).links.length === 0
}

async function nextLevel(walk: Walk, level: readonly Link[]): Promise<Link[]> {
  const { source, options, maxLeaves, turn } = walk
  const below: Link[] = []
  if ((walk.nodesLeft -= level.length) < 0) return below
  for (const { cid, start, end } of level) {
    await turn()
    options.signal?.throwIfAborted()
    const parts = fileParts(cid, await getBytes(source, cid, options), start)
    if (parts.end !== end) throw malformed('a node holds another number of bytes than its parent says')
    below.push(...linksOf(parts))
    if (below.length > maxLeaves) break
  }
  return below
}

function linksOf({ own, links }: FilePart): Link[] {
  if (own.length > 0) throw malformed('a node has content beside its links')
  return links
}

function isUniform(leaves: readonly Link[], { size }: Entry): boolean {
  const { code, multihash } = leaves[0]!.cid
  const isAlike = ({ cid }: Link) => cid.code === code && !isInline(cid) && cid.multihash.bytes.length === multihash.bytes.length
  return leaves.at(-1)!.end === size && leaves.every(isAlike)
}
