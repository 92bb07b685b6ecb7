import { pause } from '../../kernel/pause.ts'
import { intactBlock } from '../dags/index.ts'
import { hashOf } from './hash-text.ts'
import { createLookThrough, type LookParts } from './look-through.ts'
import { refetch, type RefetchParts } from './refetch.ts'

export interface Repairer {
  /** Runs for as long as anything is damaged. */
  run(signal: AbortSignal): Promise<void>
}

const roundMs = 500
/** Known damaged blocks that one round looks for. */
const lookedFor = 1_000
/** After looking through all DAGs, so many times as long until the next time: a dying disk is not worn out faster. */
const restAfterLook = 4

/**
 * Finds out what damaged blocks mean for DAGs, tries to fetch them again, and notices those that came back through any door. The store alone
 * knows which blocks are good; the rows follow it.
 */
export function createRepairer(parts: LookParts & RefetchParts): Repairer {
  const { db, blocks } = parts
  const lookThrough = createLookThrough(parts)
  let cursor = ''
  let nextLook = 0

  /** Looks for some of the known damaged blocks, others in each round. */
  async function noticeHealed(): Promise<void> {
    const known = await db.read((r) => r.damage.blocks(cursor, lookedFor))
    cursor = known.length < lookedFor ? '' : known.at(-1)!.hash
    const healed: string[] = []
    for (const { hash } of known) if (await isGood(hash)) healed.push(hash)
    if (healed.length === 0) return
    await db.write(async (w) => {
      await w.damage.heal(healed)
      await w.events.insert({ kind: 'store.repaired', actor: { kind: 'system' }, at: parts.clock.now(), data: { count: healed.length } })
    })
  }

  /** A store that was opened again may know only by reading that a block is bad. */
  async function isGood(hash: string): Promise<boolean> {
    return (await blocks.has(hashOf(hash))) && (await intactBlock(blocks, hashOf(hash))) !== undefined
  }

  async function placeDamage(signal: AbortSignal): Promise<void> {
    const started = performance.now()
    if (started >= nextLook && (await db.read((r) => r.damage.hasUnplaced()))) {
      await lookThrough.all(signal)
      nextLook = performance.now() + (performance.now() - started) * restAfterLook
    }
    await lookThrough.stale(signal)
  }

  async function isAllWell(): Promise<boolean> {
    const damaged = await db.read((r) => r.damage.count())
    return damaged.blocks === 0 && damaged.dags === 0
  }

  return {
    async run(signal) {
      // Damage that was found may have died with a process before it was written down, and of some the store does not know the hash.
      if ((await blocks.stats()).damaged > 0) await lookThrough.all(signal)
      const stop = new AbortController()
      const stopped = AbortSignal.any([signal, stop.signal])
      let fetching: Promise<void> | undefined
      let failure: unknown
      try {
        for (;;) {
          await noticeHealed()
          await placeDamage(signal)
          if (await isAllWell()) return
          fetching ??= refetch(parts, stopped)
            .catch((error: unknown) => void (failure = error))
            .then(() => void (fetching = undefined))
          await pause(roundMs, signal)
          signal.throwIfAborted()
          if (failure) throw failure
        }
      } finally {
        stop.abort()
        await fetching
      }
    },
  }
}
