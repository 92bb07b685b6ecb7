import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../../../kernel/faults.ts'
import type { Log } from '../../../ports/log.ts'
import { nodeFiles } from '../files.ts'
import { loadKey, makeFolders } from '../folder.ts'
import { BlockIndex } from '../index/block-index.ts'
import { IndexFiles } from '../index/index-files.ts'
import { lockFolder } from '../lock.ts'
import { recoverSegments } from './recover.ts'
import { segmentNumber } from './segment.ts'
import { Segments } from './segments.ts'

export interface RebuildOptions {
  onProgress?(progress: RebuildProgress): void
  signal?: AbortSignal
  log?: Log
}

/** Bytes of segments that were read, of how many. */
export interface RebuildProgress {
  bytes: number
  of: number
}

export interface Rebuilt {
  segments: number
  /** Distinct blocks that can be read. */
  blocks: number
  bytes: number
  /** Blocks of which the only copy does not match its hash. */
  damaged: number
}

/**
 * Makes the index of a closed store anew, from the segments alone. Blocks of segments that have vanished are forgotten by it.
 * Faults: CONFLICT where a process has the store open (it is named), ABORTED; the next opening goes on with what is left then.
 */
export async function rebuildIndex(folder: string, { onProgress, signal, log }: RebuildOptions = {}): Promise<Rebuilt> {
  await makeFolders(folder)
  const unlock = lockFolder(folder)
  try {
    for (const name of await readdir(join(folder, 'index'))) {
      if (segmentNumber(name) !== undefined) await nodeFiles.remove(join(folder, 'index', name))
    }
    const key = await loadKey(folder)
    const index = new BlockIndex(key)
    const segments = new Segments()
    const indexFiles = new IndexFiles({ key, index, segments, files: nodeFiles, log })
    const of = await bytesIn(join(folder, 'segments'))
    let bytes = 0
    const progress = (more: number) => onProgress?.({ bytes: (bytes += more), of })
    await recoverSegments({ folder, key, index, indexFiles, segments, files: nodeFiles, log, signal, progress })
    const all = [...segments]
    return { segments: all.length, blocks: index.live - index.bad.size, bytes: all.reduce((sum, { end }) => sum + end, 0), damaged: index.bad.size }
  } catch (error) {
    if (signal?.aborted) throw fault('ABORTED', {}, { cause: error })
    throw error
  } finally {
    unlock()
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size
  return bytes
}
