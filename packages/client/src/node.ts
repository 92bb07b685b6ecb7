import { open, opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TholeError } from './errors.ts'
import { readFully } from './content/temporary-file.ts'
import type { Content, InputFile } from './types.ts'

/** A file on the disk, to be read where it is. */
export async function fromPath(path: string): Promise<InputFile & { content: Content }> {
  const found = await stat(path)
  if (!found.isFile()) throw new TholeError('INVALID_REQUEST', `${path} is not a file`)
  return { path: basename(path), content: fileContent(path, found.size) }
}

/** The files below a folder, in the order of their names, named by their path below it. What is neither file nor folder is passed over. */
export async function filesBelow(folder: string, { hidden = false }: { hidden?: boolean } = {}): Promise<(InputFile & { content: Content })[]> {
  const found: (InputFile & { content: Content })[] = []
  const folders = ['']
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for await (const entry of await opendir(join(folder, at))) {
      if (!hidden && entry.name.startsWith('.')) continue
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) found.push({ path, content: fileContent(join(folder, path), (await stat(join(folder, path))).size) })
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Opened for each stretch: a folder may have more files than a process may have open. */
function fileContent(path: string, size: number): Content {
  return {
    size,
    async read(into, from, signal) {
      signal?.throwIfAborted()
      await using handle = await open(path)
      await readFully(handle, into, from)
    },
  }
}
