import { CID } from 'multiformats/cid'
import { pause } from '../../kernel/pause.ts'
import { durationInWords } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DamagedBlock, Db } from '../../ports/db/index.ts'
import type { FetchSession, Network } from '../../ports/network.ts'
import type { Completeness } from '../dags/index.ts'
import { backoff, explain, isStalled } from '../fetching/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { hashOf, hashText } from './hash-text.ts'

export interface RefetchParts {
  db: Db
  blocks: BlockStore
  completeness: Completeness
  network: Network
  moderation: Moderation
  clock: Clock
}

/** Blocks of one try, and addresses that it asks. */
const batch = 500
const maxOrigins = 200
const lookMs = 250
const checkpointMs = 2_000

/**
 * One try to fetch the damaged blocks that are due, from the origins that requests name for their DAGs, and from peers. Ends when all are
 * here, through whatever door, or when none came for a while; then it is written down why, and when they are tried again.
 */
export async function refetch({ db, blocks, completeness, network, moderation, clock }: RefetchParts, signal: AbortSignal): Promise<void> {
  const { due = [], blocked = [] } = Object.groupBy(await dueNow(db, clock.now()), ({ cid }) => (moderation.isBlocked(CID.parse(cid!)) ? 'blocked' : 'due'))
  await postpone(blocked, 'A denylist blocks it, so nobody is asked for it.')
  if (due.length === 0) return
  const left = new Map(due.map((block) => [block.hash, block]))
  const origins = await db.read((r) => r.damage.origins([...left.keys()], maxOrigins))
  const session = network.fetch({ origins, signal })
  const ended = new AbortController()
  let lastBlock = clock.now()

  async function take(): Promise<void> {
    await using writer = completeness.writer({ signal })
    let saved = clock.now()
    for await (const block of session.blocks) {
      if (!left.delete(hashText(block.cid.multihash.bytes))) continue
      lastBlock = clock.now()
      await writer.put(block)
      if (left.size === 0) break
      if (lastBlock - saved < checkpointMs) continue
      await writer.commit()
      saved = lastBlock
    }
    await writer.commit()
    await completeness.passOn(writer)
  }

  async function watch(): Promise<void> {
    while (left.size > 0 && !ended.signal.aborted && !signal.aborted) {
      await pause(lookMs, AbortSignal.any([signal, ended.signal]))
      await dropArrived(session)
      if (isStalled(clock.now() - lastBlock, session.attempts(), network.status(), { fetched: due.length - left.size, waitingFor: left.size })) return
    }
  }

  /** What was uploaded meanwhile need not be asked for. */
  async function dropArrived({ cancel }: FetchSession): Promise<void> {
    for (const { hash, cid } of left.values()) {
      if (!(await blocks.has(hashOf(hash)))) continue
      left.delete(hash)
      cancel([CID.parse(cid!)])
    }
  }

  /** Blocks that were tried equally often wait equally long. */
  async function postpone(failed: Iterable<DamagedBlock>, words: string): Promise<void> {
    const groups = Map.groupBy(failed, ({ tries }) => tries + 1)
    if (groups.size === 0) return
    await db.write(async (w) => {
      for (const [tries, group] of groups) {
        const wait = backoff(tries)
        const reason = network.status().driver === 'none' ? words : `${words} Next try in ${durationInWords(wait)}.`
        await w.damage.tried(group.map(({ hash }) => hash), { tries, nextTry: clock.now() + wait, reason })
      }
    })
  }

  session.want(due.map(({ cid }) => CID.parse(cid!)))
  const taking = take()
  const watching = watch()
  try {
    await Promise.race([taking, watching])
    const words = explain(session.attempts(), network.status(), { hasRoot: true, waitingFor: left.size })
    // Ends the iteration that waits for more; what came is made durable.
    await session.close()
    await taking
    signal.throwIfAborted()
    await postpone(left.values(), words)
  } finally {
    ended.abort()
    await session.close()
    await Promise.allSettled([taking, watching])
  }
}

/** What no DAG needs any more is not asked for. */
async function dueNow(db: Db, now: number): Promise<DamagedBlock[]> {
  const due = await db.read((r) => r.damage.due(now, batch))
  if (due.length === 0) return due
  return db.write(async (w) => {
    await w.damage.forget(0)
    return w.damage.due(now, batch)
  })
}
