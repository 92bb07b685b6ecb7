import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { blockStoreContract } from '../../packages/server/src/blocks/block-store.contract.ts'
import { openS3Store } from '../../packages/server/src/blocks/index.ts'
import { openDb } from '../../packages/server/src/db/index.ts'
import type { BlockStore } from '../../packages/server/src/ports/block-store.ts'
import type { Db } from '../../packages/server/src/ports/db/index.ts'
import { testDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'

/** A database of its own for every store, and a way to remove it. */
type NewDatabase = () => Promise<{ url: string; remove(): Promise<void> }>

const databases: Record<string, NewDatabase> = {
  async SQLite() {
    const folder = await temporaryFolder()
    return { url: join(folder.path, 'thole.sqlite'), remove: async () => folder[Symbol.asyncDispose]() }
  },
  async PostgreSQL() {
    const { url, drop } = await testDatabase()
    return { url, remove: drop }
  },
}

describe.skipIf(noS3)(`the S3 store${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  beforeAll(async () => void (s3 = await startS3()))
  afterAll(() => s3?.stop())

  for (const [name, newDatabase] of Object.entries(databases)) {
    const opened = new Map<BlockStore, { db: Db; prefix: string }>()
    blockStoreContract(`S3 over ${name}`, {
      async open() {
        const { url, remove } = await newDatabase()
        const db = await openDb({ url })
        await db.migrate()
        const prefix = `tests/${crypto.randomUUID()}`
        const store = await openS3Store({ db, bucket: s3.bucket, prefix, connection: s3 })
        const closing = store.close
        store.close = async () => {
          await closing()
          await db.close()
          await remove()
        }
        opened.set(store, { db, prefix })
        return store
      },
      async corrupt(store, hash) {
        const { db, prefix } = opened.get(store)!
        const [row] = await db.read((r) => r.segments.find([hash]))
        const path = join(s3.folder, prefix, 'segments', `${row!.segment}.car`)
        const bytes = await readFile(path)
        bytes[row!.position]! ^= 1
        await writeFile(path, bytes)
      },
    })
  }
})
