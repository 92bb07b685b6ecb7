import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The files in their order, each with what tells whether it has changed. A folder may be absent; a file may not, unless it is among `mayLack`. */
export async function look(places: readonly string[], mayLack: ReadonlySet<string>): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const place of places) {
    for (const file of place.endsWith('.deny') ? [place] : await listsIn(place)) {
      const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && mayLack.has(file)) return undefined
        throw error
      })
      if (found) files.set(file, `${found.size} ${found.mtimeMs} ${found.ino}`)
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
