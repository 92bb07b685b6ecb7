import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TxtRecords } from '../../ports/txt-records.ts'
import { asking, couldNotLook, type Asker } from './asking.ts'
import { dnslinkAmong } from './dnslink.ts'

/** Where a domain leads. */
export interface DomainLink {
  /** Content path. */
  path: string
  /** Milliseconds for which it need not be asked for again; undefined: not known. */
  ttl?: number
}

export interface DomainParts {
  /** By domain: what the operator says instead of the domain name system. */
  overrides: ReadonlyMap<string, string>
  /** undefined: nobody is asked. */
  txt?: TxtRecords
  clock: Clock
}

/** Where the records say nothing of their life, and where there is no link; never shorter or longer than the other two. */
const unsaid = 60_000
const absent = 15_000
const shortest = 1_000
const longest = 3_600_000

/** DNSLink (https://dnslink.dev). Faults NAME_NOT_RESOLVED, NAME_TIMEOUT. */
export function domainLinks({ overrides, txt, clock }: DomainParts): (domain: string, signal: AbortSignal, asker?: Asker) => Promise<DomainLink> {
  const ask = txt && asking({ ask: (domain, signal) => lookUp(txt, domain, signal), maxKept: 10_000, maxOpen: 64, maxPerClient: 8, timeout: 10_000, clock })

  return async (domain, signal, asker) => {
    const path = overrides.get(domain)
    if (path !== undefined) return { path }
    if (ask === undefined) throw fault('NAME_NOT_RESOLVED', { name: domain, reason: 'this server asks no domain name system (THOLE_DNS), and THOLE_DNSLINKS does not have it' })
    const { value, age } = await ask(domain, signal, asker).catch((error: unknown) => {
      signal.throwIfAborted()
      throw couldNotLook(domain, error as Error, 'the domain name system')
    })
    if (value === undefined) throw fault('NAME_NOT_RESOLVED', { name: domain, reason: `neither _dnslink.${domain} nor ${domain} has a TXT record with a DNSLink` })
    return value.ttl === undefined ? { path: value.path } : { path: value.path, ttl: Math.max(0, value.ttl - age) }
  }
}

async function lookUp(txt: TxtRecords, domain: string, signal: AbortSignal): Promise<{ value: DomainLink | undefined; keep: number }> {
  for (const name of [`_dnslink.${domain}`, domain]) {
    const { texts, ttl } = await txt.lookUp(name, signal)
    const path = dnslinkAmong(texts)
    if (path !== undefined) return { value: { path, ttl }, keep: Math.min(Math.max(ttl ?? unsaid, shortest), longest) }
  }
  return { value: undefined, keep: absent }
}
