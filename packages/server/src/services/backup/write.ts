import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fault, toFault } from '../../kernel/faults.ts'
import { openCopier, type Copier } from './copier.ts'
import { backupFolder, type BackupFolder } from './folder.ts'
import { bytesOf, type Generation, type SavedFile } from './generation.ts'
import { identityOf, savedBeginning } from './grown.ts'

/** What a server has. It is asked for the files that grow once the database is copied: then they have all that its rows speak of. */
export interface BackupSource {
  database: { path: string; copyTo(file: string): Promise<void> }
  /** Files of some kilobytes that nobody changes. */
  small: readonly { path: string; file: string }[]
  /** Files that are only ever appended to, and which nobody takes away meanwhile. */
  growing(): readonly { path: string; file: string; bytes: number }[]
}

export interface BackupOptions {
  folder: string
  by: string
  now: number
  source: BackupSource
  signal: AbortSignal
  onProgress?(progress: { done: number; of: number }): void
}

export interface BackupReport {
  name: string
  /** Of all files. */
  bytes: number
  /** Of those that no earlier backup has. */
  copied: number
}

/**
 * Adds a backup to a folder, of which only what is new is copied. It is durable when this resolves; what comes to no end leaves those of before
 * as they were. One at a time. Fault CONFLICT where there is no room.
 */
export async function writeBackup({ folder, by, now, source, signal, onProgress }: BackupOptions): Promise<BackupReport> {
  const at = backupFolder(folder)
  const last = (await at.names()).at(-1)
  const earlier = new Map((last === undefined ? [] : await filesOf(at, last)).map((file) => [file.path, file]))
  const created = new Date(Math.max(now, last === undefined ? 0 : timeOf(last) + 1))
  const copied = { bytes: 0 }
  await using copier = openCopier(signal)
  const save = saver(at, copier, copied)
  const draft = join(folder, 'database.new')
  try {
    await rm(draft, { force: true })
    await source.database.copyTo(draft)
    const growing = source.growing()
    const of = growing.reduce((sum, { bytes }) => sum + bytes, 0)
    const files: SavedFile[] = []
    let done = 0
    for (const { path, file, bytes } of growing) {
      signal.throwIfAborted()
      const grows = await identityOf(file)
      const saved = await savedBeginning(at, earlier.get(path), file, grows, bytes)
      files.push({ path, pieces: [...saved, ...(await save(file, bytesOf(saved), bytes))], grows })
      done += bytes
      onProgress?.({ done, of })
    }
    for (const { path, file } of source.small) files.push({ path, pieces: await save(file, 0, (await stat(file)).size) })
    files.push({ path: source.database.path, pieces: await save(draft, 0, (await stat(draft)).size) })
    const name = nameOf(created)
    await at.add(name, { format: 'thole-backup', version: 1, by, created: created.toISOString(), files })
    return { name, bytes: files.reduce((sum, { pieces }) => sum + bytesOf(pieces), 0), copied: copied.bytes }
  } catch (error) {
    throw toFault(error).code === 'STORAGE_FULL' ? fault('CONFLICT', { reason: `there is no room left for ${folder}; earlier backups are as they were` }, { cause: error }) : error
  } finally {
    await rm(draft, { force: true })
  }
}

function saver(at: BackupFolder, copier: Copier, copied: { bytes: number }) {
  return async (source: string, from: number, to: number) => {
    copied.bytes += to - from
    return from === to ? [] : copier.copy({ source, from, to, into: at.pieces })
  }
}

/** What cannot be read is no reason not to make a new one. */
async function filesOf(at: BackupFolder, name: string): Promise<Generation['files']> {
  return (await at.read(name).catch(() => undefined))?.files ?? []
}

/** A time that any file system takes for a name. */
function nameOf(time: Date): string {
  return time.toISOString().replaceAll(':', '-')
}

function timeOf(name: string): number {
  const [day, time = ''] = name.split('T')
  const at = Date.parse(`${day}T${time.replaceAll('-', ':')}`)
  return Number.isNaN(at) ? 0 : at
}
