import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockFolder } from '../../blocks/index.ts'
import type { Config } from '../../config/config.ts'
import { Fault, fault } from '../../kernel/faults.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { BlockStore, ReclaimRun } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import { type BackupSource, keepNewest, makeBackupFolder, writeBackup } from '../../services/backup/index.ts'
import { noteBackup } from '../backup-report.ts'
import { systemClock as clock } from '../clock.ts'
import type { Report } from '../control/report.ts'
import { version } from '../version.ts'
import { following } from './following.ts'

export interface BackupWish {
  folder: string
  /** Backups that stay. */
  keep: number
}

/** Milliseconds between two looks whether a reclaim has come to its end. */
const every = 250

/** `tholed backup DIR`: all that the server has, as it is now. */
export async function* backupWork({ db, blocks, config }: { db: Db; blocks: BlockStore; config: Config }, { folder, keep }: BackupWish, signal: AbortSignal): AsyncGenerator<Report> {
  const begun = performance.now()
  demandLocal(config)
  await makeBackupFolder(folder)
  const unlock = lockFolder(folder, 'backup', `the backup folder ${folder}`)
  try {
    // While a run of reclaim is held, no other takes away what rows of the copied database speak of.
    const holding = holdReclaim(blocks, signal)
    yield* following(holding, () => ({ of: 'waiting for a reclaim to end', done: 0, total: 0 }))
    await using _held = await holding
    const progress = { of: 'segments', done: 0, total: 0, unit: 'bytes' as const }
    const onProgress = ({ done, of }: { done: number; of: number }) => void Object.assign(progress, { done, total: of })
    const writing = writeBackup({ folder, by: `Thole ${version}`, now: clock.now(), source: await sourceOf(db, blocks, config), signal, onProgress })
    try {
      yield* following(writing, () => progress)
    } finally {
      // Who goes away has it ended first.
      await writing.catch(() => undefined)
    }
    const { name, bytes, copied } = await writing
    const { removed, unread } = await keepNewest(folder, keep)
    await noteBackup(db, { ended: clock.now(), name, bytes, copied })
    if (unread > 0) yield { line: `${count(unread, 'earlier backup')} cannot be read; no piece was removed` }
    if (removed.length > 0) yield { line: `removed ${removed.join(', ')}` }
    yield { line: `backup ${name}: ${bytesInWords(bytes)}, of which ${bytesInWords(copied)} copied, ${((performance.now() - begun) / 1000).toFixed(1)} s` }
    yield { exit: 0 }
  } finally {
    unlock()
  }
}

/** Fault CONFLICT where a backup of this configuration is not ours to make, with what to do instead. */
export function demandLocal({ databaseUrl, blocks }: Config): void {
  const inBucket = 'bucket' in blocks
  const [database, segments] = ['pg_dump', 'a bucket that keeps old versions for longer than you keep dumps, or a copy of it made after the dump']
  if (databaseUrl && inBucket) throw refuse('the database is PostgreSQL and the blocks are in a bucket', `use ${database}, and ${segments}`)
  if (databaseUrl) throw refuse('the database is PostgreSQL', `use ${database} while the server is stopped or THOLE_RECLAIM_GRACE is longer than both copies take, and then copy the folder of the blocks`)
  if (inBucket) throw refuse('the blocks are in a bucket', `copy the database file with the server stopped, and use ${segments}`)
}

function refuse(why: string, instead: string): Fault {
  return fault('CONFLICT', { reason: `"tholed backup" copies SQLite and blocks on disk, and here ${why}: ${instead}; or let "tholed export" write everything out (docs/backup.md)` })
}

async function holdReclaim(blocks: BlockStore, signal: AbortSignal): Promise<ReclaimRun> {
  for (;;) {
    try {
      return await blocks.reclaim()
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'CONFLICT')) throw error
      await sleep(every, undefined, { signal })
    }
  }
}

async function sourceOf(db: Db, blocks: BlockStore, { dataFolder, blocks: place }: Config): Promise<BackupSource> {
  if (!db.copyTo || !blocks.files || !('folder' in place)) throw new TypeError('not SQLite and disk')
  const wanted = [
    { path: 'peer.key', file: join(dataFolder, 'peer.key') },
    { path: 'blocks/store.id', file: join(place.folder, 'store.id') },
  ]
  const there = await Promise.all(wanted.map(({ file }) => stat(file).then(() => true, () => false)))
  return {
    database: { path: 'thole.sqlite', copyTo: (file) => db.copyTo!(file) },
    small: wanted.filter((_, i) => there[i]),
    growing: () => blocks.files!().map(({ name, path, bytes }) => ({ path: `blocks/segments/${name}`, file: path, bytes })),
  }
}
