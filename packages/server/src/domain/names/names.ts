import type { Clock } from '../../ports/clock.ts'
import type { Db } from '../../ports/db/index.ts'
import type { NameRouting } from '../../ports/name-routing.ts'
import type { TxtRecords } from '../../ports/txt-records.ts'
import type { Moderation } from '../moderation/index.ts'
import type { Asker } from './asking.ts'
import { domainLinks } from './domains.ts'
import type { IpnsName } from './ipns-name.ts'
import { enqueueRepublish } from './jobs.ts'
import { keyRecords, type CurrentRecord } from './keys.ts'
import type { Name } from './name-path.ts'
import { publishRecord, type NameLimits } from './publish.ts'
import { republishDue } from './republish.ts'
import { resolveName, type Resolution } from './resolve.ts'

export interface NameParts {
  db: Db
  moderation: Moderation
  clock: Clock
  /** Records out in the network. */
  routing: NameRouting
  /** By domain: content paths that count instead of what the domain name system says. */
  dnslinks: ReadonlyMap<string, string>
  /** undefined: the domain name system is not asked. */
  txt?: TxtRecords
  limits: NameLimits
  /** The network is told again and again of what was published here. Default: it is not. */
  republishes?: boolean
}

/** What changes while its address stays: names of IPNS, and domains. */
export interface Names {
  /** The content that a name leads to, of which the path `below` (decoded) is asked for. Faults NAME_NOT_RESOLVED, NAME_TIMEOUT, RATE_LIMITED, INVALID_REQUEST, BLOCKED, BLOCKED_BY_LAW. */
  resolve(name: Name, below: readonly string[], signal: AbortSignal, asker?: Asker): Promise<Resolution>
  /** The record of a key as it is valid now. Faults as `resolve`. */
  record(name: IpnsName, signal: AbortSignal, asker?: Asker): Promise<CurrentRecord>
  /** Keeps a record for everybody. `client`: who sent it. Faults INVALID_REQUEST, CONFLICT, NAMES_FULL, BLOCKED, BLOCKED_BY_LAW. */
  publish(name: IpnsName, record: Uint8Array, client: string): Promise<void>
  /** Has what is due looked at soon. */
  start(): Promise<void>
  /** One turn: tells the network of what is due, and sets the next turn. */
  republish(signal: AbortSignal): Promise<void>
}

/** Between two turns at least. */
const leastRest = 1_000

export function createNames({ db, moderation, clock, routing, dnslinks, txt, limits, republishes = false }: NameParts): Names {
  const keys = keyRecords({ db, routing, clock })
  const domains = domainLinks({ overrides: dnslinks, txt, clock })

  return {
    resolve: (name, below, signal, asker) => resolveName({ keys, domains, moderation }, name, below, signal, asker),

    async record(name, signal, asker) {
      moderation.assertNameAllowed(name.text)
      return keys.find(name, signal, asker)
    },

    async publish(name, record, client) {
      moderation.assertNameAllowed(name.text)
      await publishRecord({ db, clock, limits }, name, record, client)
      keys.forget(name)
    },

    start: () => db.write((w) => enqueueRepublish(w, clock.now() + leastRest)),

    async republish(signal) {
      const next = await republishDue({ db, clock, routing: republishes ? routing : undefined }, signal)
      await db.write((w) => enqueueRepublish(w, Math.max(next, clock.now() + leastRest)))
    },
  }
}
