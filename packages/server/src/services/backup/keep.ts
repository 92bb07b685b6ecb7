import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFolder } from './folder.ts'

/** Names of generations that went, and how many could not be read: then no piece is taken away. */
export interface Kept {
  removed: string[]
  unread: number
}

/** Keeps so many of the newest backups, and of the pieces those that they take. Also removes what a backup left that came to no end. */
export async function keepNewest(folder: string, count: number): Promise<Kept> {
  const at = backupFolder(folder)
  const names = await at.names()
  const kept = names.slice(-count)
  const removed = names.slice(0, -count)
  const taken = new Set<string>()
  let unread = 0
  for (const name of kept) {
    const generation = await at.read(name).catch(() => undefined)
    if (generation === undefined) unread++
    for (const { pieces } of generation?.files ?? []) for (const { sha256 } of pieces) taken.add(sha256)
  }
  for (const name of removed) await at.remove(name)
  // The pieces of one that cannot be read may be all that is left of it.
  if (unread === 0) for (const name of await readdir(at.pieces)) if (!taken.has(name)) await rm(join(at.pieces, name), { force: true })
  return { removed, unread }
}
