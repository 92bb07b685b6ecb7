import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { fault } from '../../kernel/faults.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import { restoreBackup } from '../../services/backup/index.ts'
import type { Report } from '../control/report.ts'
import { openLog } from '../log.ts'
import { beAlone } from '../single-server.ts'
import { demandLocal } from './backup.ts'
import { following } from './following.ts'
import { rebuildIndex } from './rebuild-index.ts'

/** `tholed restore DIR`: into a data folder that has nothing yet. Then the index is made anew, which hashes every block. */
export async function* restore(config: Config, folder: string, name?: string): AsyncGenerator<Report> {
  demandLocal(config)
  const release = await beAlone(config, openLog(config.log))
  try {
    yield* restoreFiles(config, folder, name)
  } finally {
    await release()
  }
  yield* rebuildIndex(config)
}

async function* restoreFiles({ dataFolder, blocks }: Config, folder: string, name?: string): AsyncGenerator<Report> {
  if (!('folder' in blocks)) return
  const begun = performance.now()
  await demandEmpty(dataFolder, blocks.folder)
  const progress = { of: 'restore', done: 0, total: 0, unit: 'bytes' as const }
  const restoring = restoreBackup({
    folder,
    name,
    placeOf: (path) => (path.startsWith('blocks/') ? join(blocks.folder, path.slice('blocks/'.length)) : join(dataFolder, path)),
    onProgress: ({ done, of }) => void Object.assign(progress, { done, total: of }),
  })
  yield* following(restoring, () => progress)
  const { created, files } = await restoring
  yield { line: `restore: the backup of ${created}, ${count(files.length, 'file')}, ${bytesInWords(progress.total)}, ${((performance.now() - begun) / 1000).toFixed(1)} s` }
}

/** Folders and locks may be there, and nothing of a server. */
async function demandEmpty(dataFolder: string, blocksFolder: string): Promise<void> {
  const found = [
    ...(await namesIn(dataFolder)).filter((name) => /^thole\.sqlite|^peer\.key$/.test(name)).map((name) => join(dataFolder, name)),
    ...(await namesIn(join(blocksFolder, 'segments'))).map((name) => join(blocksFolder, 'segments', name)),
  ]
  if (found.length > 0) throw fault('CONFLICT', { reason: `${found[0]} is there already; restore into an empty data folder (THOLE_DATA, THOLE_BLOCKS)` })
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
