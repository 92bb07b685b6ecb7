import { mkdir } from 'node:fs/promises'
import { lockFolder } from '../blocks/index.ts'
import type { Config } from '../config/config.ts'
import { lockDatabase } from '../db/index.ts'
import type { Log } from '../ports/log.ts'

/**
 * Takes the data folder for this process, and with blocks on disk the PostgreSQL database too: what its rows say is stored would be on
 * one machine alone. Fault CONFLICT naming the process that is there. Returns what lets go.
 */
export async function beAlone({ dataFolder, databaseUrl, blocks }: Config, log: Log): Promise<() => Promise<void>> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const unlockFolder = lockFolder(dataFolder, 'tholed', `the data folder ${dataFolder}`)
  try {
    const unlockDatabase = databaseUrl && 'folder' in blocks ? await lockDatabase({ url: databaseUrl, log, onLost: (words) => endAtOnce(words, log) }) : undefined
    return async () => {
      await unlockDatabase?.()
      unlockFolder()
    }
  } catch (error) {
    unlockFolder()
    throw error
  }
}

/** In order, as if asked from outside. */
function endAtOnce(words: string, log: Log): void {
  log.error({}, `another server took the database while it was away; this one ends. ${words}`)
  process.exitCode = 1
  process.kill(process.pid, 'SIGTERM')
}
