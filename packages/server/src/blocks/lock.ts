import { readFileSync } from 'node:fs'
import { link, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../kernel/faults.ts'

interface Holder {
  pid: number
  /** When that process started, as the system tells it: a pid that was given out again is somebody else. */
  started?: string
}

/** Makes this process the one that writes below a folder; returns how to let go. Fault CONFLICT names who holds it. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock')
  const draft = `${file}.${process.pid}.${crypto.randomUUID().slice(0, 8)}`
  const me: Holder = { pid: process.pid, started: startOf(process.pid) }
  const handle = await open(draft, 'wx', 0o600)
  await handle.writeFile(JSON.stringify(me))
  await handle.close()
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (await tryLink(draft, file)) return () => unlink(file).catch(() => {})
      const holder = await readHolder(file)
      if (holder && isAlive(holder)) throw fault('CONFLICT', { reason: `the blocks in ${folder} are in use by process ${holder.pid}` })
      // Moved aside under an own name first: of two that find a stale lock, one removes it.
      await rename(file, `${draft}.stale`).then(() => unlink(`${draft}.stale`), () => {})
    }
    throw fault('CONFLICT', { reason: `the lock in ${folder} keeps changing hands` })
  } finally {
    await unlink(draft)
  }
}

/** A hard link is made or not: never half, never over another. */
async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Holder): boolean {
  if (started !== undefined && startOf(pid) !== undefined) return startOf(pid) === started
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Field 22 of /proc/<pid>/stat; undefined where there is no such process, or no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
