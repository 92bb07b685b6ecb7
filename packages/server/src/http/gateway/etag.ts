import type { CID } from 'multiformats/cid'

/** Content under a CID never changes, so its name is its tag; `suffix` tells representations apart. */
export function etagOf(cid: CID, suffix = ''): string {
  return `"${cid}${suffix}"`
}

/** If-None-Match (RFC 9110 §13.1.2), by weak comparison. */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => opaque(tag) === opaque(etag))
}

/** If-Range (RFC 9110 §13.1.5): absent, or this very tag, by strong comparison. We give no dates to compare with. */
export function allowsRange(ifRange: string, etag: string): boolean {
  return ifRange === '' || (ifRange.trim() === etag && !etag.startsWith('W/'))
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '')
}
