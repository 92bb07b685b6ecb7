import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { nodeFiles } from './files.ts'
import { keyBytes } from './index/fingerprint.ts'

/** The entries of folders that this makes are durable when it resolves. */
export async function makeFolders(folder: string): Promise<void> {
  const leaf = resolve(folder, 'segments')
  const first = await mkdir(leaf, { recursive: true })
  await mkdir(join(folder, 'index'), { recursive: true })
  if (first === undefined) return
  for (let path = dirname(leaf); path.length >= dirname(first).length; path = dirname(path)) {
    await nodeFiles.syncFolder(path)
    if (path === dirname(path)) return
  }
}

/** The secret of a store's index. With another key no index file checks, so that it is rebuilt. */
export async function loadKey(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'index', 'key')
  const known = await readFile(path).catch(() => undefined)
  if (known?.length === keyBytes) return known
  const key = randomBytes(keyBytes)
  await writeFile(`${path}.new`, key, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
  await nodeFiles.syncFolder(dirname(path))
  return key
}
