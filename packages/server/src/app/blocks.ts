import { openDiskStore, openS3Store, rebuildIndex, rebuildS3Index, type RebuildProgress, type Rebuilt } from '../blocks/index.ts'
import { keepFromInstanceMetadata } from '../config/aws.ts'
import type { Config } from '../config/config.ts'
import type { BlockStore } from '../ports/block-store.ts'
import type { Db } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import { openDatabase } from './database.ts'

/** The configured block store. `adopt`: the database speaks of this bucket from now on. */
export function openBlocks({ blocks }: Config, db: Db, log: Log, { adopt = false } = {}): Promise<BlockStore> {
  if ('folder' in blocks) return openDiskStore({ folder: blocks.folder, log })
  keepFromInstanceMetadata()
  return openS3Store({ ...blocks, db, log, adopt })
}

/** Makes the index of the configured block store anew, while nobody uses it. */
export async function rebuildBlocks(config: Config, log: Log, onProgress: (progress: RebuildProgress) => void): Promise<Rebuilt> {
  const { blocks } = config
  if ('folder' in blocks) return rebuildIndex(blocks.folder, { log, onProgress })
  keepFromInstanceMetadata()
  const db = await openDatabase(config)
  try {
    return await rebuildS3Index({ ...blocks, db, log, onProgress })
  } finally {
    await db.close()
  }
}

export function blocksInWords({ blocks }: Config): string {
  return 'folder' in blocks ? blocks.folder : `s3://${blocks.bucket}/${blocks.prefix}`
}
