import { Gauge, type Registry } from 'prom-client'
import { lastReclaim } from '../../domain/reclaim/index.ts'
import { lastScrub } from '../../domain/scrub/index.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import { lastBackup } from '../backup-report.ts'

export interface StoreMetricParts {
  db: Db
  blocks: BlockStore
  clock: Clock
}

/** Milliseconds for which numbers are told again that change slowly and may be asked of many tables. */
const keptMs = 15_000

/** The blocks, and what looks after them. */
export function storeMetrics({ db, blocks, clock }: StoreMetricParts, registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name: `thole_${name}`, help, registers })
  const stored = {
    blocks: gauge('store_blocks', 'Distinct blocks.'),
    bytes: gauge('store_bytes', 'Bytes of the segments.'),
    segments: gauge('store_segments', 'Segments.'),
    free: gauge('store_free_bytes', 'Free bytes on the disk of the blocks; +Inf in a bucket.'),
    damaged: gauge('store_damaged_blocks', 'Blocks that do not match their hash and are kept out of use.'),
  }
  const last = new Gauge({ name: 'thole_last_run_timestamp_seconds', help: 'When the last reclaim, scrub or backup ended; none: never.', labelNames: ['work'], registers })
  const reclaimSeconds = gauge('reclaim_last_duration_seconds', 'What the last reclaim took.')
  const reclaimedBytes = gauge('reclaim_last_bytes', 'Bytes that the last reclaim gave back.')
  const blocked = gauge('reclaim_blocked', '1 where nothing can be reclaimed until a block is repaired.')
  let until = -Infinity

  async function lookAtRuns(): Promise<void> {
    const [report, scrub, backup] = await Promise.all([lastReclaim(db), lastScrub(db), lastBackup(db)])
    if (report) {
      last.set({ work: 'reclaim' }, report.ended / 1000)
      reclaimSeconds.set((report.ended - report.started) / 1000)
      reclaimedBytes.set(report.bytes)
      blocked.set(report.blocked ? 1 : 0)
    }
    if (scrub) last.set({ work: 'scrub' }, scrub.finished / 1000)
    if (backup) last.set({ work: 'backup' }, backup.ended / 1000)
  }

  return async (): Promise<void> => {
    if (clock.now() < until) return
    until = clock.now() + keptMs
    for (const [name, value] of Object.entries(await blocks.stats())) stored[name as keyof typeof stored].set(value)
    await lookAtRuns()
  }
}
