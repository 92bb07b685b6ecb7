import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, Reader } from '../../ports/db/index.ts'
import type { IpnsName } from './ipns-name.ts'
import { enqueueRepublish } from './jobs.ts'
import { compareRecords, parseRecord, readRecord } from './record.ts'

export interface PublishParts {
  db: Db
  clock: Clock
  limits: NameLimits
}

export interface NameLimits {
  /** Names of which records are kept; 0: none are taken. */
  maxNames: number
  /** Of them, those that one client published first; 0: any number. */
  maxPerClient: number
}

/** What is published in so many milliseconds is told to the network together. */
const gather = 1_000

/**
 * Keeps a record that is valid and newer than what is known of its name. `client`: the network that it came from. Faults
 * INVALID_REQUEST, CONFLICT where a newer one is known, NAMES_FULL.
 */
export async function publishRecord({ db, clock, limits }: PublishParts, name: IpnsName, bytes: Uint8Array, client: string): Promise<void> {
  const record = await readRecord(name, bytes)
  const now = clock.now()
  if (record.expires <= now) throw fault('INVALID_REQUEST', { reason: `this is no valid IPNS record: it expired at ${new Date(record.expires).toISOString()}` })
  await db.write(async (w) => {
    const known = await w.names.get(name.text)
    if (known === undefined) await demandRoom(w, limits, client)
    else {
      const order = compareRecords(record, parseRecord(known.record))
      if (order === 0) return
      if (order < 0) throw fault('CONFLICT', { reason: 'a newer record of this name is known here' })
    }
    await w.names.put({ name: name.text, record: record.bytes, expires: record.expires, received: now, client }, now)
    await enqueueRepublish(w, now + gather)
  })
}

async function demandRoom(r: Reader, { maxNames, maxPerClient }: NameLimits, client: string): Promise<void> {
  if (maxNames === 0) throw fault('NAMES_FULL', { reason: 'it takes none from others' })
  if ((await r.names.count()) >= maxNames) throw fault('NAMES_FULL', { reason: `it keeps ${maxNames} at most` })
  if (maxPerClient > 0 && (await r.names.countOf(client)) >= maxPerClient) throw fault('NAMES_FULL', { reason: `it takes ${maxPerClient} at most from one address` })
}
