import { CidSet } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { findDamage, type Found } from './find-damage.ts'
import { enqueueRepair } from './jobs.ts'

export interface LookParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  log: Log
}

/** Which complete DAGs are damaged, and where: written to the database. */
export interface LookThrough {
  /** Every complete DAG; then what no DAG needs is forgotten. */
  all(signal: AbortSignal): Promise<void>
  /** Those of which a block came back. */
  stale(signal: AbortSignal): Promise<void>
}

const page = 50
/** A walk that takes long tells meanwhile. */
const writeMs = 1_000

export function createLookThrough({ db, blocks, clock, log }: LookParts): LookThrough {
  async function look(dags: readonly string[], clean: CidSet, signal: AbortSignal): Promise<void> {
    const known = await db.read((r) => r.damage.ofDags(dags, 0))
    const looked: [dag: string, found: Found][] = []
    let written = clock.now()
    for (const dag of dags) {
      signal.throwIfAborted()
      const found = await findDamage(CID.parse(dag), { blocks, clean, signal }).catch((error: unknown) => unreadable(dag, error))
      if (found.count > 0 || known.has(dag)) looked.push([dag, found])
      if (clock.now() - written < writeMs) continue
      await write(looked.splice(0))
      written = clock.now()
    }
    await write(looked)
  }

  async function write(looked: readonly [dag: string, found: Found][]): Promise<void> {
    if (looked.length === 0) return
    await db.write(async (w) => {
      for (const [dag, { first, count }] of looked) await w.damage.place(dag, first, count, clock.now())
      if (looked.some(([, { count }]) => count > 0)) await enqueueRepair(w, clock.now())
    })
  }

  /** One DAG beyond a limit keeps no other from being looked at. */
  function unreadable(dag: string, error: unknown): Found {
    const found = toFault(error)
    if (found.retry) throw error
    log.warn({ dag, error: found.message }, 'a DAG could not be looked through for damage')
    return { count: 0, first: [] }
  }

  return {
    async all(signal) {
      const started = clock.now()
      const clean = new CidSet()
      for (let after = ''; ; ) {
        const dags = await db.read((r) => r.dags.list(after, page))
        await look(dags.filter(({ state }) => state === 'complete').map(({ cid }) => cid), clean, signal)
        if (dags.length < page) break
        after = dags.at(-1)!.cid
      }
      await db.write((w) => w.damage.forget(started))
    },

    async stale(signal) {
      const clean = new CidSet()
      for (;;) {
        const dags = await db.read((r) => r.damage.stale(page))
        if (dags.length === 0) return
        await look(dags, clean, signal)
        await db.write((w) => w.damage.forget(0))
      }
    },
  }
}
