import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Denylists } from '../../ports/denylists.ts'
import type { Log } from '../../ports/log.ts'
import { readList } from './read-list.ts'
import { Rules } from './rules.ts'

export interface DenylistOptions {
  /** Files, and folders whose `*.deny` are read in the order of their names. What comes later overrides what came before. */
  places: readonly string[]
  log: Log
  /** Milliseconds between two looks whether a file has changed. */
  watchEvery?: number
}

/**
 * Lists of what is not to be handled here, in the compact denylist format (https://specs.ipfs.tech/compact-denylist-format/). They are read again
 * when they change. A list that cannot be read refuses the start; later it leaves the rules as they were, and the log says so.
 */
export async function openDenylists({ places, log, watchEvery = 2_000 }: DenylistOptions): Promise<Denylists> {
  let seen = await look(places)
  let rules = await readAll(seen)
  let reading = false

  async function readAll(files: ReadonlyMap<string, string>): Promise<Rules> {
    const fresh = new Rules()
    for (const file of files.keys()) {
      const report = await readList(file, fresh).catch((error: Error) => {
        throw new Error(`The denylist ${file} cannot be used: ${error.message}`)
      })
      log.info({ file, list: report.name, rules: report.rules }, 'a denylist is in force')
      for (const problem of report.problems) log.error({ file, problem }, 'a line of a denylist is no rule, and is passed over')
    }
    return fresh
  }

  async function follow(): Promise<void> {
    const now = await look(places)
    if (isSame(now, seen)) return
    rules = await readAll(now)
    seen = now
  }

  const timer = setInterval(() => {
    if (reading) return
    reading = true
    follow()
      .catch((error: unknown) => log.error({ error }, 'the denylists cannot be read again; the rules stay as they were'))
      .finally(() => (reading = false))
  }, watchEvery).unref()

  return {
    get isEmpty() {
      return rules.isEmpty
    },
    find: (cid, names) => rules.find(cid, names),
    findName: (name, names) => rules.findName(name, names),
    close: () => clearInterval(timer),
  }
}

/** The files in their order, each with what tells whether it has changed. A folder may be absent; a file may not. */
async function look(places: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const place of places) {
    for (const file of place.endsWith('.deny') ? [place] : await listsIn(place)) {
      const { size, mtimeMs, ino } = await stat(file)
      files.set(file, `${size} ${mtimeMs} ${ino}`)
    }
  }
  return files
}

async function listsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => name.endsWith('.deny')).sort().map((name) => join(folder, name))
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return JSON.stringify([...a]) === JSON.stringify([...b])
}
