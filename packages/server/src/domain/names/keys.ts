import { fault, toFault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { FoundRecords, NameRouting } from '../../ports/name-routing.ts'
import { asking, couldNotLook, type Asker } from './asking.ts'
import { parseIpnsName, type IpnsName } from './ipns-name.ts'
import { compareRecords, readRecord, type IpnsRecord } from './record.ts'

/** A record that is valid now. */
export interface CurrentRecord {
  record: IpnsRecord
  /** Milliseconds for which it need not be asked for again; undefined: it does not say. */
  ttl?: number
}

export interface KeyParts {
  db: Db
  routing: NameRouting
  clock: Clock
}

export interface KeyRecords {
  /** The record of a name: what was published here, or what the network has. Faults NAME_NOT_RESOLVED, NAME_TIMEOUT. */
  find(name: IpnsName, signal: AbortSignal, asker?: Asker): Promise<CurrentRecord>
  /** A record was stored for this name. */
  forget(name: IpnsName): void
}

/** What another process stores is seen here within so many milliseconds. */
const lifeMs = 1_000
/** Of 10 KiB at most each. */
const maxKnown = 2_000
/** So long an answer of the network is good where it does not say, where there was none, and at most. */
const unsaid = 60_000
const absent = 15_000
const longest = 3_600_000
/** Records of one name that are checked. */
const maxChecked = 32

type Known = { record: IpnsRecord } | { why: string }
const none: Known = { why: 'no record of it was published here' }

export function keyRecords({ db, routing, clock }: KeyParts): KeyRecords {
  const known = new Map<string, { here: Promise<Known>; until: number }>()
  const renewals = new Map<string, number>()
  const askNetwork = asking({ ask: (text, signal) => search(routing, parseIpnsName(text)!, clock.now(), signal), maxKept: maxKnown, maxOpen: 32, maxPerClient: 4, timeout: 30_000, clock })

  function stored(name: IpnsName): Promise<Known> {
    const now = clock.now()
    const recent = known.get(name.text)
    if (recent !== undefined && now < recent.until) return recent.here
    const here = readStored(name, recent?.here)
    known.delete(name.text)
    for (const oldest of known.keys()) if (known.size >= maxKnown) known.delete(oldest)
    known.set(name.text, { here, until: now + lifeMs })
    here.catch(() => known.get(name.text)?.here === here && known.delete(name.text))
    return here
  }

  /**
   * What is stored was checked when it came, and is checked again: a signature is trusted, not a table. But once alone while it stays
   * the same: its owner may have chosen a key that takes long.
   */
  async function readStored(name: IpnsName, before: Promise<Known> | undefined): Promise<Known> {
    const row = await db.read((r) => r.names.get(name.text))
    if (row === undefined) return none
    const checked = await before?.catch(() => undefined)
    if (checked && 'record' in checked && Buffer.compare(checked.record.bytes, row.record) === 0) return checked
    return readRecord(name, row.record).then((record) => ({ record }), (error: unknown) => ({ why: toFault(error).message }))
  }

  /** What is published here is served at once; whether the network knows of something newer is seen meanwhile, when its life is over. */
  async function renew(name: IpnsName, current: IpnsRecord, now: number, asker: Asker = {}): Promise<void> {
    if (asker.onlyKnown || now < (renewals.get(name.text) ?? 0)) return
    for (const oldest of renewals.keys()) if (renewals.size >= maxKnown) renewals.delete(oldest)
    renewals.set(name.text, now + Math.max(current.ttl ?? unsaid, unsaid))
    const { value } = await askNetwork(name.text, new AbortController().signal, asker).catch((error: unknown) => {
      renewals.set(name.text, now + absent)
      throw error
    })
    if (!('record' in value) || compareRecords(value.record, current) <= 0) return
    const { bytes: record, expires } = value.record
    await db.write((w) => w.names.put({ name: name.text, record, expires, received: now }, now))
    known.delete(name.text)
  }

  return {
    async find(name, signal, asker) {
      const now = clock.now()
      const here = await stored(name)
      if ('record' in here && here.record.expires > now) {
        renew(name, here.record, now, asker).catch(() => {})
        return current(here.record, now, 0)
      }
      const why = 'record' in here ? `the record that was published here expired at ${new Date(here.record.expires).toISOString()}` : here.why
      const { value, age } = await askNetwork(name.text, signal, asker).catch((error: unknown) => {
        signal.throwIfAborted()
        throw couldNotLook(name.text, error as Error, 'the network', `${why}; `)
      })
      if (!('record' in value)) throw fault('NAME_NOT_RESOLVED', { name: name.text, reason: `${why}; ${value.why}` })
      if (value.record.expires <= now) throw fault('NAME_NOT_RESOLVED', { name: name.text, reason: `${why}; what the network had has expired` })
      return current(value.record, now, age)
    },

    forget: (name) => void known.delete(name.text),
  }
}

function current(record: IpnsRecord, now: number, age: number): CurrentRecord {
  const { ttl, expires } = record
  return ttl === undefined ? { record } : { record, ttl: Math.max(0, Math.min(ttl - age, expires - now)) }
}

async function search(routing: NameRouting, name: IpnsName, now: number, signal: AbortSignal): Promise<{ value: Known; keep: number }> {
  const found = await routing.find(name.multihash.bytes, signal)
  if (found.state !== 'found') return { value: { why: found.reason }, keep: absent }
  const record = await best(name, found, now)
  if (record === undefined) return { value: { why: 'no record that the network has of it is valid' }, keep: absent }
  return { value: { record }, keep: Math.min(record.ttl ?? unsaid, record.expires - now, longest) }
}

/** The newest of those that are valid. */
async function best(name: IpnsName, { records }: Extract<FoundRecords, { state: 'found' }>, now: number): Promise<IpnsRecord | undefined> {
  let newest: IpnsRecord | undefined
  for (const bytes of records.slice(0, maxChecked)) {
    const record = await readRecord(name, bytes).catch(() => undefined)
    if (record !== undefined && record.expires > now && (newest === undefined || compareRecords(record, newest) > 0)) newest = record
  }
  return newest
}
