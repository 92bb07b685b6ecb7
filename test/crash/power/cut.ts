import { ftruncateSync, closeSync, existsSync, fstatSync, linkSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../random.ts'
import { journalOf, unsynced, type Change } from './journal.ts'

type Data = Extract<Change, { is: 'write' | 'cut' }>
type Named = Exclude<Change, Data>

const pageBytes = 4096

/**
 * Takes back what the medium need not have kept when the power went, after the server was killed. Names (files made, renamed, removed) go
 * back to a moment in their order, as file systems with a journal do; of the bytes, any part may be lost. Says what was done.
 */
export async function cutPower(blocks: string, journal: string, r: Random): Promise<string> {
  const changes = unsynced(await readFile(journal, 'utf8').catch(() => ''))
  const data = changes.filter((change) => change.is === 'write' || change.is === 'cut')
  const names = changes.filter((change) => change.is !== 'write' && change.is !== 'cut')
  const mode = r.one(['all', 'all', 'some writes', 'some pages'] as const)
  const lost = loseData(filesByNumber(blocks, `${journal}.graves`), data, mode, r)
  const kept = r.chance(0.5) ? 0 : r.whole(0, names.length)
  for (const change of names.slice(kept).reverse()) takeBack(change)
  await forget(journal)
  return `power cut: lost ${mode === 'all' ? '' : `${mode} of `}${lost} bytes in ${data.length} changes, ${names.length - kept} of ${names.length} names`
}

/** Without a power cut nothing is lost; what it could have taken is still so. */
export async function compactJournal(journal: string): Promise<void> {
  const changes = unsynced(await readFile(journal, 'utf8').catch(() => ''))
  await writeFile(journal, journalOf(changes))
  const graves = new Set(changes.map((change) => ('grave' in change ? change.grave : undefined)))
  for (const name of existsSync(`${journal}.graves`) ? readdirSync(`${journal}.graves`) : []) {
    const path = join(`${journal}.graves`, name)
    if (!graves.has(path)) unlinkSync(path)
  }
}

async function forget(journal: string): Promise<void> {
  await writeFile(journal, '')
  rmSync(`${journal}.graves`, { recursive: true, force: true })
}

/** Returns how many bytes were written and not kept by any sync. */
function loseData(files: Map<number, string>, changes: readonly Data[], mode: 'all' | 'some writes' | 'some pages', r: Random): number {
  const perFile = Map.groupBy(changes, ({ ino }) => ino)
  let lost = 0
  for (const [ino, list] of perFile) {
    const path = files.get(ino)
    if (path === undefined) continue
    const fd = openSync(path, 'r+')
    try {
      const written = list.map((change) => (change.is === 'write' ? readAt(fd, change.at, change.length) : undefined))
      for (const change of list.slice().reverse()) undo(fd, change)
      for (const [i, change] of list.entries()) {
        if (change.is === 'write') lost += change.length
        if (mode === 'all' || (mode === 'some writes' && r.chance(0.5))) continue
        if (change.is === 'cut') ftruncateSync(fd, change.to)
        else redo(fd, change.at, written[i]!, mode === 'some pages' ? r : undefined)
      }
    } finally {
      closeSync(fd)
    }
  }
  return lost
}

function undo(fd: number, change: Data): void {
  const old = Buffer.from(change.old, 'base64')
  if (old.length > 0) writeSync(fd, old, 0, old.length, change.is === 'cut' ? change.to : change.at)
  if (fstatSync(fd).size > change.size) ftruncateSync(fd, change.size)
}

/** With `r`, each page of it or not; pages that are lost before one that is kept are zeros. */
function redo(fd: number, at: number, bytes: Buffer, r?: Random): void {
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + pageBytes - ((at + from) % pageBytes))
    if (!r || r.chance(0.5)) writeSync(fd, bytes, from, to - from, at + from)
    from = to
  }
}

function takeBack(change: Named): void {
  if (change.is === 'new') rmSync(change.path, { force: true })
  else if (change.is === 'unlink') {
    if (existsSync(change.grave) && !existsSync(change.path)) linkSync(change.grave, change.path)
  } else if (existsSync(change.to)) {
    renameSync(change.to, change.path)
    if (change.grave && existsSync(change.grave)) linkSync(change.grave, change.to)
  }
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at))
}

function filesByNumber(...folders: string[]): Map<number, string> {
  const found = new Map<number, string>()
  for (const folder of folders) {
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, name)
      const stats = statSync(path)
      if (stats.isFile()) found.set(stats.ino, path)
    }
  }
  return found
}
