import { setImmediate as nextTurn } from 'node:timers/promises'
import { assertStorable, identityBytes, isLeaf, linksToFollow, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FetchSession } from '../../ports/network.ts'

/** How far a fetch has come; written by the walk, read by whoever reports. */
export interface FetchProgress {
  /** Distinct blocks and bytes of the DAG that are here now. */
  blocks: number
  bytes: number
  /** Blocks that came over the network in this run. */
  fetched: number
  /** Blocks asked for and not here yet. */
  waitingFor: number
  /** When the last block came. */
  lastBlock: number
}

export interface FetchWalk {
  root: CID
  blocks: BlockStore
  session: FetchSession
  progress: FetchProgress
  clock: Clock
  signal: AbortSignal
}

/** What arrived is made durable at least so often, also when nothing more comes: a restart goes on from there. */
const checkpointMs = 2_000
const checkpointBytes = 64 * 1024 * 1024
/** A walk remembers each block that it met, at about 100 bytes. */
const maxBlocks = 10_000_000
const maxPending = 1_000_000
const stepsATurn = 500

/**
 * Walks a DAG depth first, reading what is stored and asking the session for the rest. Every block that came is durable
 * when this resolves. Returns the size of the whole DAG, each distinct block once.
 */
export async function walkWhileFetching({ root, blocks, session, progress, clock, signal }: FetchWalk): Promise<{ bytes: number; blocks: number }> {
  const writer = blocks.writer()
  const seen = new Set<string>()
  const todo: CID[] = []
  const asked = new Map<string, CID>()
  const incoming = session.blocks[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<Block>> | undefined
  let saved = clock.now()
  let unsaved = 0
  let steps = 0

  const save = async () => {
    await writer.commit()
    saved = clock.now()
    unsaved = 0
  }

  const push = (cid: CID) => {
    const key = keyOf(cid)
    if (seen.has(key)) return
    if (seen.size >= maxBlocks) throw fault('DAG_LIMIT', { reason: `it has more than ${maxBlocks} blocks`, limit: maxBlocks })
    assertStorable(cid)
    if (todo.length >= maxPending) throw fault('DAG_LIMIT', { reason: `more than ${maxPending} of its links wait to be followed`, limit: maxPending })
    seen.add(key)
    todo.push(cid)
  }
  const take = (cid: CID, bytes: Uint8Array) => {
    progress.blocks++
    progress.bytes += bytes.length
    if (!isLeaf(cid)) for (const link of linksToFollow(cid, bytes).reverse()) push(link)
  }
  const visit = async (cid: CID): Promise<boolean> => {
    const hash = cid.multihash.bytes
    if (isLeaf(cid)) {
      const size = await blocks.size(hash)
      if (size === undefined) return false
      progress.blocks++
      progress.bytes += size
      return true
    }
    const bytes = identityBytes(cid) ?? (await blocks.get(hash, { signal }))
    if (bytes === undefined) return false
    take(cid, bytes)
    return true
  }

  try {
    // A root that is inline and without links has nothing to fetch.
    if (!(isLeaf(root) && identityBytes(root))) push(root)
    for (;;) {
      const wants: CID[] = []
      while (todo.length > 0 && asked.size < session.window) {
        signal.throwIfAborted()
        // The index answers from memory: without a pause nobody else would get a turn.
        if (++steps % stepsATurn === 0) await nextTurn()
        const cid = todo.pop()!
        if (await visit(cid)) continue
        asked.set(keyOf(cid), cid)
        wants.push(cid)
      }
      if (wants.length > 0) session.want(wants)
      progress.waitingFor = asked.size
      if (asked.size === 0 && todo.length === 0) break
      pending ??= incoming.next()
      const next = unsaved > 0 ? await orAfter(checkpointMs, pending) : await pending
      signal.throwIfAborted()
      if (next === undefined) {
        await save()
        continue
      }
      pending = undefined
      if (next.done) throw fault('NO_PROVIDERS', { reason: 'the network session ended' })
      const { cid, bytes } = next.value
      if (!asked.delete(keyOf(cid))) continue
      progress.fetched++
      progress.lastBlock = clock.now()
      unsaved += bytes.length
      await writer.put({ cid, bytes })
      take(cid, bytes)
      if (unsaved > checkpointBytes || clock.now() - saved > checkpointMs) await save()
    }
    await writer.commit()
    return { bytes: progress.bytes, blocks: progress.blocks }
  } catch (error) {
    pending?.catch(() => {}) // nobody waits for it any more
    // What arrived before a fetch was stopped is worth keeping: the next run goes on from it.
    await writer.commit().catch(() => writer.end())
    throw error
  }
}

/** What was promised, or undefined where it takes longer than this. */
async function orAfter<T>(ms: number, promised: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, ms, undefined)))
  return Promise.race([promised, late]).finally(() => clearTimeout(timer))
}

/** Completeness goes by codec and multihash. */
function keyOf(cid: CID): string {
  return `${cid.code}:${Buffer.from(cid.multihash.bytes).toString('latin1')}`
}
