import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fault, toFault } from '../../kernel/faults.ts'
import type { Piece } from '../../ports/export-files.ts'

/** Bytes that are left to the system before they are asked to be on the disk, while the next ones come. */
const syncEvery = 64 << 20
/** Arrays of one write (IOV_MAX of Linux). */
const maxArrays = 1024

/**
 * Writes the files of an export into a folder that is empty, or is made; for its owner alone. Durable when it resolves. What comes to no end
 * leaves nothing behind. Faults CONFLICT where the folder is not empty, or full.
 */
export async function writeExport(folder: string, pieces: AsyncIterable<Piece>): Promise<void> {
  const isNew = await makeEmpty(folder)
  try {
    await writeFiles(folder, pieces)
  } catch (error) {
    // What is full is to be empty again.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
    if (isNew) await rm(folder, { recursive: true, force: true })
    throw toFault(error).code === 'STORAGE_FULL' ? fault('CONFLICT', { reason: `there is no room left for ${folder}; what was written is removed` }, { cause: error }) : error
  }
}

async function makeEmpty(folder: string): Promise<boolean> {
  const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined
  if (isNew) return true
  const names = await readdir(folder)
  if (names.length > 0) {
    const what = names.includes('rows') && !names.includes('manifest.json') ? 'has an export that came to no end' : 'is not empty'
    throw fault('CONFLICT', { reason: `${folder} ${what}; name a new folder` })
  }
  await using handle = await open(folder)
  await handle.chmod(0o700)
  return false
}

async function writeFiles(folder: string, pieces: AsyncIterable<Piece>): Promise<void> {
  const folders = new Set([folder])
  let current: OpenFile | undefined
  try {
    for await (const { file, bytes } of pieces) {
      if (current?.file !== file) {
        await current?.end()
        const path = join(folder, file)
        if (!folders.has(dirname(path))) await mkdir(dirname(path), { mode: 0o700 })
        folders.add(dirname(path))
        current = await openFile(file, path)
      }
      await current.write(bytes)
    }
    await current?.end()
  } catch (error) {
    await current?.drop()
    throw error
  }
  for (const path of folders) await syncFolder(path)
  await syncFolder(dirname(folder))
}

interface OpenFile {
  file: string
  write(bytes: readonly Uint8Array[]): Promise<void>
  /** Durable when it resolves. */
  end(): Promise<void>
  drop(): Promise<void>
}

async function openFile(file: string, path: string): Promise<OpenFile> {
  const handle = await open(path, 'wx', 0o600)
  let unsynced = 0
  let syncing: Promise<void> = Promise.resolve()
  return {
    file,
    async write(bytes) {
      for (let at = 0; at < bytes.length; at += maxArrays) unsynced += await writeAll(handle, bytes.slice(at, at + maxArrays))
      if (unsynced < syncEvery) return
      unsynced = 0
      await syncing
      syncing = handle.datasync()
      syncing.catch(() => undefined)
    },
    async end() {
      await syncing
      await handle.sync()
      await handle.close()
    },
    async drop() {
      await syncing.catch(() => undefined)
      await handle.close().catch(() => undefined)
    },
  }
}

/** A disk that is nearly full takes a part. */
async function writeAll(handle: FileHandle, arrays: readonly Uint8Array[]): Promise<number> {
  const total = arrays.reduce((sum, { length }) => sum + length, 0)
  const { bytesWritten } = await handle.writev([...arrays])
  if (bytesWritten === total) return total
  await handle.writeFile(Buffer.concat(arrays).subarray(bytesWritten))
  return total
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}
