import { assertShort, type BlockSource, carFrame, carHeader, isInline, isLeaf, linksToFollow } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'

export interface ExportOptions {
  root: CID
  /** Blocks that lead from the root to `from`, root first, `from` left out. Default: none. */
  path?: readonly CID[]
  /** Where the walk starts. Default: the root. */
  from?: CID
  /** `block`: `from` alone; `all` (default): everything below it too. */
  scope?: 'block' | 'all'
  /** Repeats a block each time that the walk meets it. Default: each block once. */
  dups?: boolean
  /** Blocks being read ahead. Default 8. */
  readAhead?: number
  /** Blocks in one export: what is remembered to leave out repeats costs about 100 bytes each. Default 1,000,000. */
  maxBlocks?: number
  /** Links found and not followed yet, at about 100 bytes each. Default 1,000,000. */
  maxPending?: number
  signal?: AbortSignal
}

/** A thing of the stack, which is long: it holds no CID, since that takes ten times as much as its key. */
interface Visit {
  key: string
  bytes?: Promise<Uint8Array>
}

/**
 * A DAG as CARv1, depth first in the order of links, so that the same root gives the same bytes. Identity CIDs carry
 * their content and get no block. Throws where a block is missing: the bytes up to there are a torn CAR.
 */
export async function* exportCar(source: BlockSource, options: ExportOptions): AsyncIterable<Uint8Array> {
  const { root, path = [], from = root, scope = 'all', dups = false, readAhead = 8, maxBlocks = 1_000_000, maxPending = 1_000_000, signal } = options
  const sent = new Set<string>()
  // What comes next is on top.
  const stack: Visit[] = []
  let reading = 0
  let count = 0

  function isDue(key: string): boolean {
    return dups || !sent.has(key)
  }

  function read(visit: Visit): Promise<Uint8Array> {
    if (visit.bytes === undefined) {
      reading++
      visit.bytes = source.get(cidOf(visit.key), { signal })
      // It is awaited later or, after a fault elsewhere, never.
      visit.bytes.catch(() => undefined)
    }
    return visit.bytes
  }

  function lookAhead(): void {
    for (let i = stack.length - 1; i >= 0 && reading < readAhead && i >= stack.length - readAhead; i--) {
      const next = stack[i]!
      if (isDue(next.key)) void read(next)
    }
  }

  yield carHeader([root])
  for (const cid of path) {
    const key = keyOf(cid)
    if (isInline(cid) || !isDue(key)) continue
    sent.add(key)
    yield* carFrame({ cid, bytes: await source.get(cid, { signal }) })
  }
  stack.push({ key: keyOf(from) })
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { key } = visit
    signal?.throwIfAborted()
    if (!isDue(key)) {
      if (visit.bytes !== undefined) reading--
      continue
    }
    if (++count > maxBlocks) throw fault('DAG_LIMIT', { reason: `an export has at most ${maxBlocks} blocks` })
    if (!dups) sent.add(key)
    const coming = read(visit)
    lookAhead()
    const bytes = await coming
    reading--
    const cid = cidOf(key)
    if (!isInline(cid)) yield* carFrame({ cid, bytes })
    if (scope === 'block' || isLeaf(cid)) continue
    for (const link of linksToFollow(cid, bytes).reverse()) {
      assertShort(link)
      stack.push({ key: keyOf(link) })
    }
    if (stack.length > maxPending) throw fault('DAG_LIMIT', { reason: `more than ${maxPending} links wait to be followed`, limit: maxPending })
  }
}

/** One byte a character: half the memory of the CID's text. */
function keyOf(cid: CID): string {
  return Buffer.from(cid.bytes.buffer, cid.bytes.byteOffset, cid.bytes.byteLength).toString('latin1')
}

function cidOf(key: string): CID {
  return CID.decode(Buffer.from(key, 'latin1'))
}
