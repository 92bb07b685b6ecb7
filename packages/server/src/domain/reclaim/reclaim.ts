import type { BlockStore, ReclaimRun } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Unheld } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'
import { createMarker } from './mark.ts'
import { markAll } from './mark-all.ts'
import { readReport, writeReport, type ReclaimReport } from './report.ts'

export interface ReclaimParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Milliseconds that a DAG stays after its last holder went. */
  grace: number
  log: Log
}

export interface Reclaim {
  /** When the next DAG that nobody holds is due; undefined where there is none. */
  nextDue(): Promise<number | undefined>
  /** Frees what nobody holds. One at a time: fault CONFLICT. */
  run(signal: AbortSignal): Promise<ReclaimReport>
  lastReport(): Promise<ReclaimReport | undefined>
}

const slice = 200

/**
 * Mark and sweep. What is due is first given up, so that whoever wants it again looks at what is really here (and so marks it); then
 * all that is to stay is marked; then the rest is swept; then the rows of what was given up go. So a root that was deleted is never
 * served again on its way out, and a run that ends at any point has lost nothing that anybody holds.
 */
export function createReclaim({ db, blocks, clock, grace, log }: ReclaimParts): Reclaim {
  /** What nobody has held since `upTo`, in slices. */
  async function* due(upTo: number, signal: AbortSignal): AsyncGenerator<string[]> {
    let after: Unheld | undefined
    for (;;) {
      signal.throwIfAborted()
      const dags = await db.read((r) => r.dags.unheld(upTo, slice, after))
      after = dags.at(-1)
      if (after === undefined) return
      yield dags.map(({ cid }) => cid)
    }
  }

  async function giveUp(upTo: number, signal: AbortSignal): Promise<void> {
    for await (const cids of due(upTo, signal)) await db.write((w) => w.dags.giveUp(cids, upTo))
  }

  async function forget(upTo: number, signal: AbortSignal): Promise<number> {
    let dags = 0
    for await (const cids of due(upTo, signal)) dags += await db.write((w) => w.dags.forget(cids, upTo))
    return dags
  }

  async function sweep(run: ReclaimRun, report: ReclaimReport, signal: AbortSignal): Promise<void> {
    for await (const step of run.sweep({ signal })) {
      report.blocks += step.blocks
      report.bytes += step.bytes
    }
  }

  return {
    async nextDue() {
      const [first] = await db.read((r) => r.dags.unheld(Number.MAX_SAFE_INTEGER, 1))
      return first && first.released + grace
    },

    lastReport: () => readReport(db),

    async run(signal) {
      const started = clock.now()
      const upTo = started - grace
      const report: ReclaimReport = { started, ended: started, dags: 0, blocks: 0, bytes: 0 }
      await using run = await blocks.reclaim()
      await giveUp(upTo, signal)
      using marker = await createMarker(blocks, run, signal)
      const unread = await markAll(db, marker)
      if (unread) {
        report.blocked = unread.why
        log.error({ block: unread.cid.toString(), why: unread.why }, 'nothing is reclaimed until this block is repaired, or what holds it is deleted: what lies below it cannot be told from what is unwanted')
      } else {
        await sweep(run, report, signal)
        report.dags = await forget(upTo, signal)
      }
      report.ended = clock.now()
      await writeReport(db, report)
      if (report.blocks > 0) log.info({ ...report }, 'reclaimed what nobody holds')
      return report
    },
  }
}
