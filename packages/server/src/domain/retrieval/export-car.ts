import { type BlockSource, carFrame, carHeader, identityBytes, isLeaf, links } from '@thole/dag'
import type { CID } from 'multiformats/cid'
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
  signal?: AbortSignal
}

interface Visit {
  cid: CID
  bytes?: Promise<Uint8Array>
}

/**
 * A DAG as CARv1, depth first in the order of links, so that the same root gives the same bytes. Identity CIDs carry
 * their content and get no block. Throws where a block is missing: the bytes up to there are a torn CAR.
 */
export async function* exportCar(source: BlockSource, options: ExportOptions): AsyncIterable<Uint8Array> {
  const { root, path = [], from = root, scope = 'all', dups = false, readAhead = 8, maxBlocks = 1_000_000, signal } = options
  const sent = new Set<string>()
  // What comes next is on top.
  const stack: Visit[] = []
  let reading = 0
  let count = 0

  function isDue(cid: CID): boolean {
    return dups || !sent.has(keyOf(cid))
  }

  function read(visit: Visit): Promise<Uint8Array> {
    if (visit.bytes === undefined) {
      reading++
      visit.bytes = source.get(visit.cid, { signal })
      // It is awaited later or, after a fault elsewhere, never.
      visit.bytes.catch(() => undefined)
    }
    return visit.bytes
  }

  function lookAhead(): void {
    for (let i = stack.length - 1; i >= 0 && reading < readAhead && i >= stack.length - readAhead; i--) {
      const next = stack[i]!
      if (isDue(next.cid)) void read(next)
    }
  }

  yield carHeader([root])
  for (const cid of path) {
    if (identityBytes(cid) !== undefined || !isDue(cid)) continue
    sent.add(keyOf(cid))
    yield* carFrame({ cid, bytes: await source.get(cid, { signal }) })
  }
  stack.push({ cid: from })
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { cid } = visit
    signal?.throwIfAborted()
    if (!isDue(cid)) {
      if (visit.bytes !== undefined) reading--
      continue
    }
    if (++count > maxBlocks) throw fault('DAG_LIMIT', { reason: `an export has at most ${maxBlocks} blocks` })
    if (!dups) sent.add(keyOf(cid))
    const pending = read(visit)
    lookAhead()
    const bytes = await pending
    reading--
    if (identityBytes(cid) === undefined) yield* carFrame({ cid, bytes })
    if (scope === 'block' || isLeaf(cid)) continue
    for (const link of links(cid, bytes).reverse()) stack.push({ cid: link })
  }
}

/** One byte a character: half the memory of the CID's text. */
function keyOf(cid: CID): string {
  return Buffer.from(cid.bytes.buffer, cid.bytes.byteOffset, cid.bytes.byteLength).toString('latin1')
}
