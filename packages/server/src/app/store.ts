import type { Config } from '../config/config.ts'
import type { BlockStore } from '../ports/block-store.ts'
import type { Db } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import { openBlocks } from './blocks.ts'
import { openDatabase } from './database.ts'
import { beAlone } from './single-server.ts'
import { matchStore } from './store-id.ts'

export interface Store extends AsyncDisposable {
  db: Db
  blocks: BlockStore
}

/** Database and blocks, which belong together, for this process alone. Fault CONFLICT where another has them, or where they do not. */
export async function openStore(config: Config, log: Log, options: { adopt?: boolean } = {}): Promise<Store> {
  await using opened = new AsyncDisposableStack()
  opened.defer(await beAlone(config, log))
  const db = opened.adopt(await openDatabase(config), (it) => it.close())
  const blocks = opened.adopt(await openBlocks(config, db, log, options), (it) => it.close())
  if ('folder' in config.blocks) await matchStore(config.blocks.folder, db, blocks, options)
  const parts = opened.move()
  return { db, blocks, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
