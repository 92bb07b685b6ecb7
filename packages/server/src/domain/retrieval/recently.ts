import type { CID } from 'multiformats/cid'

export interface RecentLimits {
  /** Milliseconds after which something is read, and so checked, again. */
  maxAge: number
  /** Of all that is remembered. */
  maxBytes: number
}

export interface RecentParts<T, Options> {
  read(cid: CID, options?: Options): Promise<T>
  /** Bytes that tell what was read apart. */
  nameOf(cid: CID): Uint8Array
  /** Memory that it takes. */
  bytesOf(read: T): number
}

/** At once where it was read a moment ago. */
export type ReadRecent<T, Options> = (cid: CID, options?: Options) => Promise<T> | T

/**
 * What was read a moment ago, for what is asked for over and over: one part after the other of a leaf, a page that many look at. It is
 * shared: nobody may change it or free its memory.
 */
export function recently<T, Options>({ read, nameOf, bytesOf }: RecentParts<T, Options>, { maxAge, maxBytes }: RecentLimits): ReadRecent<T, Options> {
  /** The oldest first. */
  const known = new Map<string, { value: T; until: number }>()
  let held = 0

  function forget(name: string): void {
    const recent = known.get(name)
    if (recent === undefined) return
    held -= bytesOf(recent.value)
    known.delete(name)
  }

  function makeRoom(now: number): void {
    for (const [name, { until }] of known) {
      if (held <= maxBytes && now < until) return
      forget(name)
    }
  }

  async function readNow(name: string, cid: CID, options?: Options): Promise<T> {
    const value = await read(cid, options)
    const now = performance.now()
    forget(name)
    known.set(name, { value, until: now + maxAge })
    held += bytesOf(value)
    makeRoom(now)
    return value
  }

  return (cid, options) => {
    const { buffer, byteOffset, byteLength } = nameOf(cid)
    const name = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
    const recent = known.get(name)
    return recent !== undefined && performance.now() < recent.until ? recent.value : readNow(name, cid, options)
  }
}
