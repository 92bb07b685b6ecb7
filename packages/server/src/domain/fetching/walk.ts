import { setImmediate as nextTurn } from 'node:timers/promises'
import { assertStorable, CidSet, identityBytes, isLeaf, linksToFollow, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore, BlockWriter } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FetchSession } from '../../ports/network.ts'
import { intactBlock } from '../dags/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { checkLimits, type FetchLimits } from './limits.ts'
import { LinkStack, type DeepLink } from './link-stack.ts'
import type { WalkShare } from './walk-memory.ts'

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
  /** Links that nobody has looked at yet. */
  ahead: number
  /** When it came on last: a block came, or was found here. */
  lastStep: number
}

export interface FetchWalk {
  root: CID
  blocks: BlockStore
  /** Takes what comes, and claims what is here; it is to end after the row says that the DAG is complete. */
  writer: BlockWriter
  session: FetchSession
  /** Blocks that were missing when somebody looked last. */
  known: readonly CID[]
  limits: FetchLimits
  moderation: Moderation
  memory: WalkShare
  progress: FetchProgress
  clock: Clock
  signal: AbortSignal
}

/** What arrived is made durable at least so often, also when nothing more comes: a restart goes on from there. */
const checkpointMs = 2_000
const checkpointBytes = 64 * 1024 * 1024
/** So long the blocks that are known to be missing are waited for before the rest is walked. */
const patienceMs = 700
/** Links that are looked up together. */
const lookAtOnce = 256
/** Asked for more when so large a part of the window is left, so that wants travel together. */
const refillAt = 3 / 4
/** Nodes that are here and are read at the same time. */
const readAtOnce = 16
/** Where so many links wait, few more blocks that have links are asked for at a time: each may bring some ten thousand. */
const manyAhead = 200_000
const windowWithMany = 64
/** Links of one node, until others get a turn: each may be looked for on lists of what is blocked. */
const linksATurn = 500

/**
 * Walks a DAG depth first, reading what is stored and asking the session for the rest; but first it asks for what is known to be missing, since
 * where nobody has that, there is nothing to walk for. Every block that came is durable
 * when this resolves. Returns the size of the whole DAG, each distinct block once. Memory: some 20 bytes a block, 50 a link that waits.
 */
export async function walkWhileFetching(walk: FetchWalk): Promise<{ bytes: number; blocks: number }> {
  const { root, blocks, writer, session, known, limits, moderation, memory, progress, clock, signal } = walk
  const seen = new CidSet()
  const todo = new LinkStack()
  const asked = new Map<string, DeepLink>()
  /** Blocks that came before the walk met them. */
  const early = new Set<string>()
  const incoming = session.blocks[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<Block>> | undefined
  const first = known.slice(0, session.window)
  /** Those of them that were asked for before the walk met them, and have not come. */
  const asking = new Set<string>()
  let unsaved = 0
  let links = 0
  let isWaiting = false
  let isDue = false
  let saving: Promise<void> | undefined

  const save = async () => {
    isDue = false
    unsaved = 0
    await writer.commit()
    early.clear()
  }
  // A race of each block against a clock would cost more than the block.
  const checkpoints = setInterval(() => {
    isDue = true
    if (!isWaiting || unsaved === 0 || saving !== undefined) return
    saving = save()
    saving.catch(() => {}) // whoever goes on hears of it
  }, checkpointMs)

  const push = (cid: CID, depth: number) => {
    if (!seen.add(cid.code, cid.multihash.bytes)) return
    assertStorable(cid)
    moderation.assertAllowed(cid)
    checkLimits(limits, { blocks: seen.size, bytes: progress.bytes, depth })
    todo.push({ cid, depth })
  }
  const follow = async ({ cid, depth }: DeepLink, bytes: Uint8Array) => {
    if (isLeaf(cid)) return
    const found = linksToFollow(cid, bytes)
    for (let i = found.length - 1; i >= 0; i--) {
      push(found[i]!, depth + 1)
      if (++links % linksATurn === 0) await nextTurn()
    }
    memory.hold(seen.memory + todo.memory)
  }
  const count = (size: number, depth: number) => {
    progress.hasRoot = true
    progress.lastStep = clock.now()
    progress.blocks++
    progress.bytes += size
    checkLimits(limits, { blocks: progress.blocks, bytes: progress.bytes, depth })
  }
  const ask = (wanted: readonly DeepLink[]) => {
    for (const link of wanted) asked.set(keyOf(link.cid), link)
    const fresh = asking.size === 0 ? wanted : wanted.filter(({ cid }) => !asking.has(keyOf(cid)))
    if (fresh.length > 0) session.want(fresh.map(({ cid }) => cid))
  }

  /** Follows what is here of these; returns what is not. */
  const look = async (batch: readonly DeepLink[]): Promise<DeepLink[]> => {
    const missing: DeepLink[] = []
    const stored: DeepLink[] = []
    if (early.size > 0 && batch.some(({ cid }) => early.has(keyOf(cid)))) await save()
    const sizes = await writer.claim(batch.map(({ cid }) => cid.multihash.bytes))
    batch.forEach((link, i) => {
      const size = sizes[i]
      if (size === undefined) missing.push(link)
      else if (isLeaf(link.cid)) count(size, link.depth)
      else stored.push(link)
    })
    for (let at = 0; at < stored.length; at += readAtOnce) {
      const some = stored.slice(at, at + readAtOnce)
      const read = await Promise.all(some.map(({ cid }) => intactBlock(blocks, cid.multihash.bytes, { signal })))
      for (const [i, bytes] of read.entries()) {
        if (bytes === undefined) missing.push(some[i]!)
        else {
          count(bytes.length, some[i]!.depth)
          await follow(some[i]!, bytes)
        }
      }
    }
    return missing
  }

  const refill = async () => {
    for (;;) {
      const window = Math.min(session.window, todo.size > manyAhead ? windowWithMany : Infinity)
      if (asked.size > window * refillAt || todo.size === 0) return
      signal.throwIfAborted()
      const room = Math.min(lookAtOnce, window - asked.size)
      const batch: DeepLink[] = []
      while (batch.length < room && todo.size > 0) {
        const link = todo.pop()!
        const inline = identityBytes(link.cid)
        if (inline === undefined) batch.push(link)
        else await follow(link, inline)
      }
      if (batch.length > 0) ask(await look(batch))
      // The index answers from memory: without a pause nobody else would get a turn.
      if (asked.size <= window * refillAt) await nextTurn()
    }
  }

  /** Asks for what is known to be missing, and waits for the first of it; not where something of it is here. */
  const askFirst = async () => {
    for (const cid of first) moderation.assertAllowed(cid)
    const sizes = await writer.claim(first.map(({ multihash }) => multihash.bytes))
    if (first.length === 0 || sizes.some((size) => size !== undefined)) return
    for (const cid of first) asking.add(keyOf(cid))
    progress.hasRoot = !asking.has(keyOf(root))
    progress.waitingFor = first.length
    // The walk meets them again, and knows then how deep they are.
    session.want(first)
    pending = incoming.next()
    // Without the root there is nothing to walk.
    await (progress.hasRoot ? Promise.race([pending, alarmIn(patienceMs)]) : pending)
  }

  try {
    await askFirst()
    // A root that is inline and without links has nothing to fetch.
    if (!(isLeaf(root) && identityBytes(root))) push(root, 0)
    for (;;) {
      await refill()
      progress.waitingFor = asked.size
      progress.ahead = todo.size
      if (asked.size === 0 && todo.size === 0) break
      isWaiting = true
      const next = await (pending ?? incoming.next())
      isWaiting = false
      pending = undefined
      if (saving !== undefined) await saving
      saving = undefined
      signal.throwIfAborted()
      if (next.done) throw fault('NO_PROVIDERS', { reason: 'the network session ended' })
      const { cid, bytes } = next.value
      const key = keyOf(cid)
      const link = asked.get(key)
      if (link === undefined && !asking.has(key)) continue
      asked.delete(key)
      asking.delete(key)
      progress.fetched++
      unsaved += bytes.length
      await writer.put({ cid, bytes })
      if (link === undefined) early.add(key)
      else {
        count(bytes.length, link.depth)
        await follow(link, bytes)
      }
      if (isLeaf(cid)) session.release(next.value)
      if (unsaved > checkpointBytes || isDue) await save()
    }
    await writer.commit()
    return { bytes: progress.bytes, blocks: progress.blocks }
  } catch (error) {
    pending?.catch(() => {}) // nobody waits for it any more
    await saving?.catch(() => {})
    // What arrived before a fetch was stopped is worth keeping: the next run goes on from it.
    await writer.commit().catch(() => {})
    throw error
  } finally {
    clearInterval(checkpoints)
  }
}

/** Resolves then; keeps no process alive. */
function alarmIn(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref())
}

/** Completeness goes by codec and multihash. */
function keyOf({ code, multihash: { bytes } }: CID): string {
  return `${code}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')}`
}
