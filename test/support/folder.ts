import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Writes files, named by their path, below a fresh folder; the folder goes away with the disposer. */
export async function temporaryFolder(files: Record<string, string | Uint8Array> = {}): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'thole-files-'))
  for (const folder of new Set(Object.keys(files).map((name) => dirname(join(path, name))))) await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
