import { parseNamePath } from './name-path.ts'

/** TXT records of one name that are looked at, and their longest (a content path of many segments). */
const maxTexts = 100
const maxText = 4096

/**
 * The content path of a DNSLink among the TXT records of a domain (dnslink.dev): the first in order of bytes, so that everybody takes the
 * same where there are several. undefined: there is none.
 */
export function dnslinkAmong(texts: readonly string[]): string | undefined {
  return texts
    .slice(0, maxTexts)
    .filter((text) => text.startsWith('dnslink=') && text.length <= maxText)
    .map((text) => text.slice('dnslink='.length).trim())
    .filter((path) => parseNamePath(path) !== undefined)
    .toSorted()[0]
}
