import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../../kernel/faults.ts'
import type { BlockStore, ReclaimRun } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { ExportSource, Piece } from '../../ports/export-files.ts'
import { openBlockWalk } from './block-walk.ts'
import { carFiles, type LackingDag, type MovedDag } from './car-files.ts'
import { linesOf } from './lines.ts'
import { withManifest } from './manifest.ts'
import { rowFile, rowFiles } from './row-files.ts'
import { lineToRow } from './row-text.ts'

export interface ExportServerParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Who writes it, in words. */
  by: string
  /** What was written of this export already. */
  written: ExportSource
  /** Bytes of one CAR; default 1 GiB. */
  maxCarBytes?: number
  /** Told of each DAG that lacks blocks which should be here. */
  onLack?: (lacking: LackingDag) => void
  signal: AbortSignal
}

/** Milliseconds between two looks whether a reclaim has ended. */
const reclaimPause = 500

/**
 * Everything but sessions, jobs and leases: rows as they are at one moment, the DAGs that they speak of, and a manifest. Nothing is
 * reclaimed meanwhile, so that what the rows speak of stays.
 */
export async function* exportServer({ db, blocks, clock, by, written, maxCarBytes = 2 ** 30, onLack, signal }: ExportServerParts): AsyncGenerator<Piece> {
  await using _ = await withoutReclaim(blocks, signal)
  const facts = { made: new Date(clock.now()).toISOString(), by, schema: await db.read((r) => r.moving.schema()) }

  async function* files(): AsyncGenerator<Piece> {
    yield* rows()
    const walk = openBlockWalk({ blocks, signal })
    yield* carFiles(dagsIn(written, true), { walk, folder: 'dags', isWhole: true, maxBytes: maxCarBytes, onLack })
    yield* carFiles(partsIn(written), { walk, folder: 'partial', isWhole: false, maxBytes: maxCarBytes, onLack })
  }

  async function* rows(): AsyncGenerator<Piece> {
    await using snapshot = await db.snapshot()
    yield* rowFiles(snapshot.reader, signal)
  }

  yield* withManifest(files(), facts)
}

async function withoutReclaim(blocks: BlockStore, signal: AbortSignal): Promise<ReclaimRun> {
  for (;;) {
    try {
      return await blocks.reclaim()
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'CONFLICT') throw error
      await sleep(reclaimPause, undefined, { signal })
    }
  }
}

/** From the rows that were written: they may be millions, and those of the database may change. */
async function* dagsIn(written: ExportSource, isWhole: boolean): AsyncGenerator<MovedDag> {
  for await (const line of linesOf(written.read(rowFile('dag')))) {
    const row = lineToRow(line)
    if ((row.state === 'complete') === isWhole && !isGivenUp(row)) yield { cid: String(row.cid), bytes: Number(row.bytes ?? 0) }
  }
}

/** What is here of DAGs that are not complete: below their roots, and in the lists of what was sent. */
async function* partsIn(written: ExportSource): AsyncGenerator<MovedDag> {
  yield* dagsIn(written, false)
  for await (const line of linesOf(written.read(rowFile('part_list')))) yield { cid: String(lineToRow(line).cid) }
}

/** Nothing that is here of it is relied on. */
function isGivenUp({ holders, state, missing_count }: ReturnType<typeof lineToRow>): boolean {
  return holders === 0 && state === 'partial' && missing_count === 0
}
