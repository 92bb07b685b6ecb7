import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ListState } from '../../ports/denylists.ts'
import type { Log } from '../../ports/log.ts'
import { type ListReport, readList } from './read-list.ts'
import { Rules } from './rules.ts'

export interface SubscriptionOptions {
  url: string
  /** Where the last good copy is kept. */
  folder: string
  log: Log
  /** Milliseconds between two looks; after a failure it is tried again sooner. */
  every: number
  /** Bytes of a list, milliseconds of one fetch. */
  maxBytes: number
  maxMs: number
}

/** A list that is fetched from its source again and again. */
export interface Subscription {
  url: string
  /** The copy; absent until there is a first one. */
  file: string
  state(): NonNullable<ListState['source']>
  /** Fetches it where it is due; never throws. */
  follow(signal: AbortSignal): Promise<void>
}

/** What is known of the copy, beside it. */
interface Known {
  /** Of the copy: one that has others is not the one that this tells of. */
  bytes?: number
  etag?: string
  modified?: string
  checked?: number
  changed?: number
}

const retryMs = 300_000

export async function subscribe({ url, folder, log, every, maxBytes, maxMs }: SubscriptionOptions): Promise<Subscription> {
  const file = join(folder, `${nameOf(url)}.deny`)
  const notes = `${file}.json`
  let known = await readKnown(notes, file)
  let next = known.checked === undefined ? 0 : Math.min(Date.now(), known.checked) + every
  let error: string | undefined

  async function fetchList(signal: AbortSignal): Promise<Known> {
    const headers: Record<string, string> = {}
    if (known.etag) headers['if-none-match'] = known.etag
    if (known.modified) headers['if-modified-since'] = known.modified
    const response = await fetch(url, { headers, signal })
    if (isSecure(url) && !isSecure(response.url)) throw new Error(`it leads to ${response.url}, which is not encrypted`)
    const now = Date.now()
    if (response.status === 304) return { ...known, checked: now }
    if (!response.ok || !response.body) {
      await response.body?.cancel()
      throw new Error(`its server answers ${response.status}`)
    }
    const fresh = `${file}.fresh`
    try {
      await pipeline(bounded(response.body, maxBytes), createWriteStream(fresh, { flush: true }), { signal })
      assertList(await readList(fresh, new Rules()))
      const { size: bytes } = await stat(fresh)
      await rename(fresh, file)
      return { bytes, etag: response.headers.get('etag') ?? undefined, modified: response.headers.get('last-modified') ?? undefined, checked: now, changed: now }
    } finally {
      await rm(fresh, { force: true })
    }
  }

  return {
    url,
    file,
    state: () => ({ checked: known.checked, changed: known.changed, error, next }),
    async follow(signal) {
      if (Date.now() < next) return
      try {
        await mkdir(folder, { recursive: true })
        known = await fetchList(AbortSignal.any([signal, AbortSignal.timeout(maxMs)]))
        await writeFile(notes, JSON.stringify(known))
        error = undefined
        next = Date.now() + every
      } catch (cause) {
        if (signal.aborted) return
        error = wordsOf(cause)
        next = Date.now() + Math.min(every, retryMs)
        log.warn({ url, error }, known.changed === undefined ? 'a denylist cannot be fetched' : 'a denylist cannot be fetched; the copy of before stays in force')
      }
    },
  }
}

async function* bounded(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`)
    yield piece
  }
}

async function readKnown(notes: string, file: string): Promise<Known> {
  try {
    const known = JSON.parse(await readFile(notes, 'utf8')) as Known
    return known.bytes === (await stat(file)).size ? known : {}
  } catch {
    return {}
  }
}

/** What is no list never takes the place of one: the page of a portal, or nothing at all, would let everything through. */
function assertList({ rules, problems }: ListReport): void {
  if (rules === 0) throw new Error('its server answers with something that has no rules')
  if (problems.length > rules) throw new Error(`it has ${rules} rules, and more lines that are none: ${problems[0]}`)
}

function isSecure(url: string): boolean {
  return url.startsWith('https:')
}

/** Readable, and another one for every URL. */
function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1)!.replace(/\.deny$/, '').replace(/[^\w.-]/g, '').slice(0, 40)
  return `${last || 'list'}-${createHash('sha256').update(url).digest('hex').slice(0, 8)}`
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message, cause } = error
  if (name === 'TimeoutError') return 'it did not come in time'
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
