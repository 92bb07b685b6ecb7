import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fault } from '../../kernel/faults.ts'
import { backupFolder, isAbsent, syncFolder, type BackupFolder } from './folder.ts'
import { bytesOf, type Generation, type Piece } from './generation.ts'

export interface RestoreProgress {
  done: number
  of: number
}

export interface RestoreOptions {
  folder: string
  /** Default: the newest. */
  name?: string
  /** Where a file of the backup goes. */
  placeOf(path: string): string
  onProgress(progress: RestoreProgress): void
}

const slabBytes = 1 << 20

/**
 * Writes the files of a backup to their places, which are free; each piece must be what its name says. The last file, the database, gets its
 * name when all others are durable. Faults NOT_FOUND where there is no such backup, CONFLICT where it is not whole.
 */
export async function restoreBackup({ folder, name, placeOf, onProgress }: RestoreOptions): Promise<Generation> {
  const at = backupFolder(folder)
  const names = await at.names()
  const chosen = name ?? names.at(-1)
  if (chosen === undefined || !names.includes(chosen)) throw fault('NOT_FOUND', { what: name === undefined ? `backup in ${folder}` : `backup ${name} in ${folder}; it has ${names.join(', ') || 'none'}` })
  const generation = await at.read(chosen)
  const of = generation.files.reduce((sum, { pieces }) => sum + bytesOf(pieces), 0)
  const progress = { done: 0 }
  const onBytes = (bytes: number) => onProgress({ of, done: (progress.done += bytes) })
  const folders = new Set<string>()
  for (const { path, pieces } of generation.files) {
    const place = placeOf(checked(path))
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    await restoreFile(at, pieces, `${place}.new`, onBytes)
    if (path === generation.files.at(-1)!.path) for (const each of folders) await syncFolder(each)
    await rename(`${place}.new`, place)
    folders.add(dirname(place))
  }
  for (const each of folders) await syncFolder(each)
  return generation
}

async function restoreFile(at: BackupFolder, pieces: readonly Piece[], path: string, onBytes: (bytes: number) => void): Promise<void> {
  await using target = await open(path, 'w', 0o600)
  for (const piece of pieces) await restorePiece(at, piece, target, onBytes)
  await target.datasync()
}

async function restorePiece(at: BackupFolder, piece: Piece, target: FileHandle, onBytes: (bytes: number) => void): Promise<void> {
  const path = at.pieceOf(piece)
  await using source = await open(path, 'r').catch((error: unknown) => {
    if (isAbsent(error)) throw fault('CONFLICT', { reason: `the backup is not whole: ${path} is not there` })
    throw error
  })
  const hash = createHash('sha256')
  const slab = Buffer.allocUnsafeSlow(slabBytes)
  for (let bytesRead; ({ bytesRead } = await source.read(slab)).bytesRead > 0; ) {
    hash.update(slab.subarray(0, bytesRead))
    await target.writeFile(slab.subarray(0, bytesRead))
    onBytes(bytesRead)
  }
  if (hash.digest('hex') !== piece.sha256) throw fault('CONFLICT', { reason: `the backup is not whole: ${path} is not what its name says` })
}

/** A path that leads out of its folder is not of ours. */
function checked(path: string): string {
  if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) throw fault('CONFLICT', { reason: `the backup names a file ${JSON.stringify(path)}` })
  return path
}
