import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import type { CID } from 'multiformats/cid'

/** RFC 1035 §2.3.4. */
export const maxLabel = 63

/** The CID as one DNS label, which knows no upper case: CIDv1 in base32, or base36 where that is too long. */
export function dnsLabel(cid: CID): string | undefined {
  const v1 = cid.toV1()
  return [base32, base36].map((base) => v1.toString(base)).find((label) => label.length <= maxLabel)
}

/** A domain as one DNS label, so that one wildcard certificate serves all; undefined where it is too long. */
export function inlineDomain(domain: string): string | undefined {
  const label = domain.replaceAll('-', '--').replaceAll('.', '-')
  return label.length <= maxLabel ? label : undefined
}

/** The domain of such a label. */
export function uninlineDomain(label: string): string {
  return label.replace(/--?/g, (dashes) => (dashes === '--' ? '-' : '.'))
}
