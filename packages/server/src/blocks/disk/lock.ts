import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fault } from '../../kernel/faults.ts'

/**
 * Takes the folder for this process, or throws CONFLICT naming the process that has it. Returns what releases it.
 *
 * The lock is the kernel's, held through an empty SQLite file since Node has no call of its own for it. It ends with the process
 * that holds it, however that ends, so that no stale lock exists: neither a reused process id nor another container's process table can mislead.
 */
export function lockFolder(folder: string, name = 'store', what = `the block store ${folder}`): () => void {
  // Apart from the lock itself: POSIX drops all locks of a process on a file as soon as it closes any descriptor of that file.
  const holder = join(folder, `${name}.pid`)
  const lock = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    writeFileSync(holder, `${process.pid}\n`)
  } catch (cause) {
    lock.close()
    if (!isBusy(cause)) throw cause
    throw fault('CONFLICT', { reason: `${what} is in use by process ${readHolder(holder)}` }, { cause })
  }
  return () => lock.close()
}

const sqliteBusy = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '(unknown)'
  }
}
