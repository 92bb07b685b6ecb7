import { assertShort, type BlockSource, carFrame, carHeader, CidSet, type EntityLink, entityLinks, identityBytes, isInline, isLeaf, linksToFollow, takeTurns } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { GetRun } from './block-runs.ts'
import { Level } from './car-level.ts'
import { type ChunkMemory, chunkMemory } from './chunk-memory.ts'
import { Pieces } from './pieces.ts'
import type { ReadPace, ReadPaces } from './read-pace.ts'

export interface ExportOptions {
  root: CID
  /** Blocks that lead from the root to `from`, root first, `from` left out. Default: none. */
  path?: readonly CID[]
  /** Where the walk starts. Default: the root. */
  from?: CID
  /** `block`: `from` alone; `entity`: what is needed to read its bytes, or to list it; `all` (default): everything below it. */
  scope?: 'block' | 'entity' | 'all'
  /** Content bytes that an entity which is a file is wanted for, of `to` it stops short. Default: all. */
  range?: { from: number; to: number }
  /** Repeats a block each time that the walk meets it. Default: each block once. */
  dups?: boolean
  signal?: AbortSignal
}

export interface ExportLimits {
  /** Blocks in one export; what is remembered to leave out repeats takes 16 to 32 bytes each. */
  maxBlocks: number
  /** Links found and not followed yet, at about 100 bytes each. */
  maxPending: number
}

/** A CAR for one reader. */
export interface CarExport {
  bytes: AsyncIterable<Uint8Array>
  /** The reader has sent a chunk, whose memory is freed with the others that it lies with. */
  giveBack(chunk: Uint8Array): void
}

export type OpenCar = (options: ExportOptions) => CarExport

export interface CarParts extends ExportLimits {
  source: BlockSource
  getRun: GetRun
  paces: ReadPaces
}

/** Bytes read ahead in one export. */
const maxAhead = 16 << 20

type Walk = Required<Omit<ExportOptions, 'signal' | 'range'>> & Pick<ExportOptions, 'signal' | 'range'>

/**
 * DAGs as CARv1, depth first in the order of links, so that the same root gives the same bytes. Identity CIDs carry their content and get
 * no block. Throws where a block is missing: the bytes up to there are a torn CAR.
 */
export function openCars(parts: CarParts): OpenCar {
  return ({ root, path = [], from = root, scope = 'all', dups = false, ...rest }) => {
    const memory = chunkMemory()
    return { bytes: blocksOf(parts, { root, path, from, scope, dups, ...rest }, memory), giveBack: memory.giveBack }
  }
}

async function* blocksOf({ source, getRun, paces, maxBlocks, maxPending }: CarParts, walk: Walk, memory: ChunkMemory): AsyncGenerator<Uint8Array> {
  const { root, path, from, dups, signal } = walk
  const sent = new CidSet()
  const isDue = (cid: CID) => dups || !sent.has(cid.code, cid.multihash.bytes)
  const follow = linksOf(walk)
  const pieces = new Pieces()
  const pace = paces()
  const turn = takeTurns()

  try {
    pieces.add(carHeader([root]))
    for (const cid of path) {
      if (isInline(cid) || !isDue(cid)) continue
      sent.add(cid.code, cid.multihash.bytes)
      yield* timed(framed(pieces, cid, await source.get(cid, { signal }), memory), pace)
    }
    const room = { bytes: maxAhead }
    const parts = { isDue, room, pace, signal, drop, async getRun(...args: Parameters<GetRun>) {
      const run = await getRun(...args)
      memory.hold(run)
      return run
    } }
    // What comes next is on top.
    const levels = [new Level([{ cid: from, start: 0 }], parts)]
    let pending = 1
    let count = 0
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const before = level.left
      const visit = await level.next()
      pending -= before - level.left
      if (visit === undefined) {
        levels.pop()
        continue
      }
      await turn()
      signal?.throwIfAborted()
      if (++count > maxBlocks) throw fault('DAG_LIMIT', { reason: `an export has at most ${maxBlocks} blocks`, limit: maxBlocks })
      const { cid, bytes, start } = visit
      if (!dups) sent.add(cid.code, cid.multihash.bytes)
      const links = isLeaf(cid) ? [] : follow(cid, bytes, start)
      yield* timed(framed(pieces, cid, bytes, memory), pace)
      if (links.length === 0) continue
      for (const link of links) assertShort(link.cid)
      pending += links.length
      if (pending > maxPending) throw fault('DAG_LIMIT', { reason: `more than ${maxPending} links wait to be followed`, limit: maxPending })
      levels.push(new Level(links, parts))
    }
    yield pieces.take()
  } finally {
    pace.end()
  }

  function drop(bytes: Uint8Array): void {
    memory.giveBack(memory.lend(bytes))
  }
}

type Follow = (cid: CID, bytes: Uint8Array, start: number) => readonly EntityLink[]

function linksOf({ scope, range }: Walk): Follow {
  if (scope === 'block') return () => []
  if (scope === 'entity') return (cid, bytes, start) => entityLinks(cid, bytes, start, range)
  return (cid, bytes) => linksToFollow(cid, bytes).map((cid) => ({ cid, start: 0 }))
}

function* timed(parts: Iterable<Uint8Array>, pace: ReadPace): Generator<Uint8Array> {
  for (const part of parts) {
    const at = performance.now()
    const { length } = part
    yield part
    pace.took(length, performance.now() - at)
  }
}

/** Nothing of a block that carries its content in its CID. */
function* framed(pieces: Pieces, cid: CID, bytes: Uint8Array, memory: ChunkMemory): Generator<Uint8Array> {
  if (identityBytes(cid) !== undefined) return
  const [head] = carFrame({ cid, bytes }) as [Uint8Array]
  if (pieces.isFull) yield pieces.take()
  pieces.add(head)
  if (Pieces.isLong(bytes)) {
    yield pieces.take()
    yield memory.lend(bytes)
    return
  }
  if (pieces.isFull) yield pieces.take()
  pieces.add(bytes)
  memory.giveBack(memory.lend(bytes))
}
