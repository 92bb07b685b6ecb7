import { fault } from '../../../kernel/faults.ts'
import type { IndexDb } from '../index/index-db.ts'
import type { Bucket, BucketOptions } from './bucket.ts'

/** The object that names the store, and under what name the database remembers it. */
const marker = 'store.id'
const remembered = 'store'
const maxIdBytes = 100

/**
 * Refuses a bucket that is not the one whose index the database has: of two databases on one bucket, each would take the other's segments
 * for rubbish. `adopt` takes it whatever it is. Fault CONFLICT.
 */
export async function matchBucket(bucket: Bucket, db: IndexDb, { bucket: name, prefix, adopt = false }: BucketOptions & { adopt?: boolean }): Promise<void> {
  const place = `s3://${name}/${prefix}`
  const found = await readId(bucket)
  const known = await db.read((r) => r.instance.get(remembered))
  if (known !== undefined && known === found) return
  if (found !== undefined) {
    if (!adopt) throw conflict(`${place} holds the blocks of another database; choose another prefix, or the database that belongs to it, or make an index of it with "tholed store rebuild-index"`)
    return db.write((w) => w.instance.set(remembered, found))
  }
  if (known !== undefined && !adopt && !(await isUnused(db))) {
    throw conflict(`${place} is not the block store that the database speaks of (it has no ${marker}); point THOLE_BLOCKS or THOLE_DATABASE_URL to where they belong, or accept this store with "tholed store adopt"`)
  }
  const id = await db.write((w) => w.instance.ensure(remembered, crypto.randomUUID()))
  await bucket.put(marker, Buffer.from(id))
  if ((await readId(bucket)) !== id) throw conflict(`another database has just taken ${place}`)
}

async function isUnused(db: IndexDb): Promise<boolean> {
  return db.read(async (r) => (await r.segments.totals()).segments === 0 && (await r.audit.dags('', 1)).length === 0)
}

async function readId(bucket: Bucket): Promise<string | undefined> {
  return (await bucket.read(marker, 0, maxIdBytes))?.toString().trim() || undefined
}

function conflict(reason: string) {
  return fault('CONFLICT', { reason })
}
