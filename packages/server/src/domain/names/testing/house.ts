import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDb } from '../../../db/index.ts'
import type { Db } from '../../../ports/db/index.ts'
import type { FoundRecords, NameRouting } from '../../../ports/name-routing.ts'
import type { AnnounceResult } from '../../../ports/network.ts'
import type { TxtAnswer, TxtRecords } from '../../../ports/txt-records.ts'
import type { NameParts, Names } from '../index.ts'
import { testNames } from './test-names.ts'

/** Names over a database of their own, with a network, a domain name system and a clock as a test wants them. */
export interface NameHouse extends AsyncDisposable {
  names: Names
  db: Db
  /** Milliseconds; stands still. */
  now: number
  /** Records in the network by name (hex of the multihash), and who asked for which. */
  network: { records: Map<string, Uint8Array[]>; asked: string[]; told: { name: string; record: Uint8Array }[]; answer?: FoundRecords; takes: AnnounceResult }
  /** TXT records by domain; an Error is thrown. */
  dns: { records: Map<string, string[] | Error>; asked: string[]; ttl?: number }
}

export async function openNameHouse(parts: Partial<NameParts> = {}): Promise<NameHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'thole-names-'))
  const db = await openDb({ url: join(folder, 'thole.db') })
  await db.migrate()
  const network: NameHouse['network'] = { records: new Map(), asked: [], told: [], takes: { state: 'told', peers: 20 } }
  const dns: NameHouse['dns'] = { records: new Map(), asked: [] }

  const routing: NameRouting = {
    async find(name) {
      const key = Buffer.from(name).toString('hex')
      network.asked.push(key)
      const records = network.records.get(key)
      return network.answer ?? (records ? { state: 'found', records } : { state: 'none', reason: 'the network has no record of it' })
    },
    async publish(name, record) {
      if (network.takes.state === 'told') network.told.push({ name: Buffer.from(name).toString('hex'), record })
      return network.takes
    },
  }
  const txt: TxtRecords = {
    async lookUp(domain): Promise<TxtAnswer> {
      dns.asked.push(domain)
      const texts = dns.records.get(domain) ?? []
      if (texts instanceof Error) throw texts
      return { texts, ttl: dns.ttl }
    },
  }
  const house: NameHouse = {
    names: testNames(db, { routing, txt, clock: { now: () => house.now }, republishes: true, ...parts }),
    db,
    now: Date.UTC(2030, 0, 1),
    network,
    dns,
    async [Symbol.asyncDispose]() {
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
  return house
}
