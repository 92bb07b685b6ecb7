import { setImmediate as nextTurn } from 'node:timers/promises'
import { assertStorable, CidSet, identityBytes, isLeaf, linksToFollow, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, BlockWriter } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FetchSession } from '../../ports/network.ts'
import { intactBlock } from './intact-block.ts'

/** How far a fetch has come; written by the walk, read by whoever reports. */
export interface FetchProgress {
  /** Whether the root block is here. */
  hasRoot: boolean
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
  /** Takes what comes, and claims what is here; it is to end after the row says that the DAG is complete. */
  writer: BlockWriter
  session: FetchSession
  /** Blocks that were missing when somebody looked last. */
  known: readonly CID[]
  progress: FetchProgress
  clock: Clock
  signal: AbortSignal
}

/** What arrived is made durable at least so often, also when nothing more comes: a restart goes on from there. */
const checkpointMs = 2_000
const checkpointBytes = 64 * 1024 * 1024
/** So long the blocks that are known to be missing are waited for before anything is walked. */
const patienceMs = 2_000
/** A walk remembers each block that it met, at about 20 bytes. */
const maxBlocks = 10_000_000
const maxPending = 1_000_000
const stepsATurn = 500

/**
 * Walks a DAG depth first, reading what is stored and asking the session for the rest; but first it asks for what is known to be missing, since
 * where nobody has that, there is nothing to walk for. Every block that came is durable
 * when this resolves. Returns the size of the whole DAG, each distinct block once.
 */
export async function walkWhileFetching({ root, blocks, writer, session, known, progress, clock, signal }: FetchWalk): Promise<{ bytes: number; blocks: number }> {
  const seen = new CidSet()
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
    if (!seen.add(cid.code, cid.multihash.bytes)) return
    if (seen.size > maxBlocks) throw fault('DAG_LIMIT', { reason: `it has more than ${maxBlocks} blocks`, limit: maxBlocks })
    assertStorable(cid)
    if (todo.length >= maxPending) throw fault('DAG_LIMIT', { reason: `more than ${maxPending} of its links wait to be followed`, limit: maxPending })
    todo.push(cid)
  }
  const follow = (cid: CID, bytes: Uint8Array) => {
    if (!isLeaf(cid)) for (const link of linksToFollow(cid, bytes).reverse()) push(link)
  }
  const count = (size: number) => {
    progress.hasRoot = true
    progress.blocks++
    progress.bytes += size
  }
  const visit = async (cid: CID): Promise<boolean> => {
    const hash = cid.multihash.bytes
    const inline = identityBytes(cid)
    const [size] = inline ? [] : await writer.claim([hash])
    if (!inline && size === undefined) return false
    const bytes = inline ?? (isLeaf(cid) ? undefined : await intactBlock(blocks, hash, { signal }))
    if (bytes === undefined && !isLeaf(cid)) return false
    if (size !== undefined) count(size)
    if (bytes !== undefined) follow(cid, bytes)
    return true
  }

  let isWalking = false
  const walk = () => {
    isWalking = true
    // A root that is inline and without links has nothing to fetch.
    if (!(isLeaf(root) && identityBytes(root))) push(root)
  }
  const askFirst = async (cids: readonly CID[]) => {
    const sizes = await writer.claim(cids.map(({ multihash }) => multihash.bytes))
    if (cids.length === 0 || sizes.some((size) => size !== undefined)) return walk()
    progress.hasRoot = !cids.some((cid) => keyOf(cid) === keyOf(root))
    for (const cid of cids) {
      seen.add(cid.code, cid.multihash.bytes)
      asked.set(keyOf(cid), cid)
    }
    session.want(cids)
  }

  try {
    await askFirst(known.slice(0, session.window))
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
      const next = await (isWalking ? (unsaved > 0 ? orAfter(checkpointMs, pending) : pending) : orAfter(patienceMs, pending))
      signal.throwIfAborted()
      if (!isWalking) walk()
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
      count(bytes.length)
      follow(cid, bytes)
      if (unsaved > checkpointBytes || clock.now() - saved > checkpointMs) await save()
    }
    await writer.commit()
    return { bytes: progress.bytes, blocks: progress.blocks }
  } catch (error) {
    pending?.catch(() => {}) // nobody waits for it any more
    // What arrived before a fetch was stopped is worth keeping: the next run goes on from it.
    await writer.commit().catch(() => {})
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
