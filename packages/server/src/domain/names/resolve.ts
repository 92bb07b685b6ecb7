import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { Moderation } from '../moderation/index.ts'
import type { Asker } from './asking.ts'
import type { domainLinks } from './domains.ts'
import type { KeyRecords } from './keys.ts'
import { nameText, parseNamePath, type Name } from './name-path.ts'

/** The content that a name leads to. */
export interface Resolution {
  root: CID
  /** Path below the root, not percent-encoded. */
  names: string[]
  /** Milliseconds for which this stays as it is; undefined: not known. */
  ttl?: number
}

export interface ResolveParts {
  keys: KeyRecords
  domains: ReturnType<typeof domainLinks>
  moderation: Moderation
}

/** Names that lead to names, at most (DNSLink gateway specification: "a hard recursion limit (e.g. 32)"). */
const maxHops = 32

/**
 * Follows a name to content; each hop's path is kept, in front of those before it. `below`: what of it is asked for, decoded, for
 * denylists alone. Faults NAME_NOT_RESOLVED and NAME_TIMEOUT, which say why;
 * INVALID_REQUEST where it leads to itself or through too many others; BLOCKED, BLOCKED_BY_LAW.
 */
export async function resolveName({ keys, domains, moderation }: ResolveParts, name: Name, below: readonly string[], signal: AbortSignal, asker?: Asker): Promise<Resolution> {
  const seen = new Set<string>()
  let names: string[] = []
  let ttl: number | undefined = Number.MAX_SAFE_INTEGER
  for (let at = name; ; ) {
    const text = nameText(at)
    if (seen.has(text)) throw fault('INVALID_REQUEST', { reason: `the name ${nameText(name)} leads back to itself` })
    if (seen.size === maxHops) throw fault('INVALID_REQUEST', { reason: `the name ${nameText(name)} leads through more than ${maxHops} others` })
    seen.add(text)
    moderation.assertNameAllowed(text, [...names, ...below])
    const step = await follow(at)
    ttl = ttl === undefined || step.ttl === undefined ? undefined : Math.min(ttl, step.ttl)
    const next = parseNamePath(step.path)
    if (next === undefined) throw fault('NAME_NOT_RESOLVED', { name: text, reason: `it leads to "${step.path.slice(0, 200)}", which is no path of content` })
    names = [...next.names, ...names]
    if (next.kind === 'content') return { root: next.root, names, ttl }
    at = next
  }

  async function follow(at: Name): Promise<{ path: string; ttl?: number }> {
    if (at.kind === 'domain') return domains(at.domain, signal, asker)
    const { record, ttl: left } = await keys.find(at.key, signal, asker)
    return { path: record.value, ttl: left }
  }
}
