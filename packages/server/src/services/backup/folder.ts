import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../../kernel/faults.ts'
import { readGeneration, writtenGeneration, type Generation, type Piece } from './generation.ts'

/**
 * A folder of backups: `pieces/` has what they share, each under the name of its hash, and a file of JSON for each of them, named by its time,
 * says which pieces it takes. That file comes last, so that what has one is whole.
 */
export function backupFolder(folder: string) {
  const pieces = join(folder, 'pieces')
  const pathOf = (name: string) => join(folder, `${name}.json`)
  return {
    folder,
    pieces,
    pathOf,
    pieceOf: ({ sha256 }: Piece) => join(pieces, sha256),

    /** Names of what is whole, oldest first. */
    async names(): Promise<string[]> {
      const files = await readdir(folder).catch((error: unknown) => {
        if (isAbsent(error)) throw fault('NOT_FOUND', { what: `folder ${folder}` })
        throw error
      })
      return files.filter((name) => /^\d{4}-.*Z\.json$/.test(name)).map((name) => name.slice(0, -'.json'.length)).sort()
    },

    read: async (name: string): Promise<Generation> => readGeneration(await readFile(pathOf(name), 'utf8'), pathOf(name)),

    /** Durable when it resolves, with all pieces that have their names. */
    async add(name: string, generation: Generation): Promise<void> {
      await syncFolder(pieces)
      await writeFile(`${pathOf(name)}.new`, writtenGeneration(generation), { mode: 0o600, flush: true })
      await rename(`${pathOf(name)}.new`, pathOf(name))
      await syncFolder(folder)
    },

    async remove(name: string): Promise<void> {
      await rm(pathOf(name), { force: true })
      await syncFolder(folder)
    },

    async has(piece: Piece): Promise<boolean> {
      const found = await stat(join(pieces, piece.sha256)).catch(() => undefined)
      return found?.size === piece.bytes
    },
  }
}

/** For its owner alone. */
export async function makeBackupFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'pieces'), { recursive: true, mode: 0o700 })
}

export type BackupFolder = ReturnType<typeof backupFolder>

export async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
