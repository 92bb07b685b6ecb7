import { codecs } from '@thole/dag'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { Client } from './api.ts'

/** What a test reads of a PinStatus. */
export interface Pin {
  requestid: string
  status: 'queued' | 'pinning' | 'pinned' | 'failed'
  created: string
  pin: { cid: string; name?: string; meta?: Record<string, string>; origins?: string[] }
  delegates: string[]
  info?: Record<string, string>
}

export interface PinPage {
  count: number
  results: Pin[]
}

export const anyStatus = 'status=queued%2Cpinning%2Cpinned%2Cfailed'

/** A CID that carries its few bytes in itself: pinned in the very answer, anywhere. */
export function inlineCid(text: string): string {
  return CID.createV1(codecs.raw, Digest.create(0, new TextEncoder().encode(text))).toString()
}

/** Lists as Kubo does: ten at a time, each page before the last of the one before, until a page holds all that there are. */
export async function* kuboPages(api: Client, query = 'status=pinned', limit = 10, path = '/psa/pins'): AsyncGenerator<PinPage> {
  for (let before = ''; ; ) {
    const { status, body } = await api.json(`${path}?limit=${limit}&${query}${before}`)
    const page = body as PinPage
    if (status !== 200) throw new Error(`a page was answered with ${status}: ${JSON.stringify(body)}`)
    if (page.results.length === 0 && page.count !== 0) throw new Error(`count=${page.count}, but no results`)
    yield page
    if (page.results.length === page.count) return
    before = `&before=${encodeURIComponent(trimmed(page.results.at(-1)!.created))}`
  }
}

export async function listAll(api: Client, query?: string, limit?: number): Promise<Pin[]> {
  return (await Array.fromAsync(kuboPages(api, query, limit))).flatMap(({ results }) => results)
}

export async function countOf(api: Client, query: string): Promise<number> {
  const { status, body } = await api.json(`/psa/pins?${query}`)
  if (status !== 200) throw new Error(`${query}: ${status} ${JSON.stringify(body)}`)
  return (body as PinPage).count
}

/** Does so many things, a few at a time. */
export async function several<T>(count: number, atOnce: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const i = next++
      results[i] = await work(i)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** As Go writes it: without the zeros at the end. */
function trimmed(created: string): string {
  return created.replace(/0*Z$/, 'Z').replace('.Z', 'Z')
}
