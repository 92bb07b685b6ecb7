import type { Denylists } from '../../ports/denylists.ts'
import type { Log } from '../../ports/log.ts'
import { look } from './places.ts'
import { type ListReport, readList } from './read-list.ts'
import { Rules } from './rules.ts'
import { subscribe } from './subscription.ts'

export interface DenylistOptions {
  /**
   * Files, folders whose `*.deny` are read in the order of their names, and URLs of lists that are followed. What comes later overrides what
   * came before.
   */
  places: readonly string[]
  /** Where copies of the lists at URLs are kept. */
  copies: string
  log: Log
  /** Milliseconds between two looks whether a file has changed. Default two seconds. */
  watchEvery?: number
  /** Milliseconds between two looks at a URL. Default an hour. */
  fetchEvery?: number
  /** Of a list at a URL. Default 256 MiB, two minutes. */
  maxBytes?: number
  maxMs?: number
}

/** So long the start waits for lists of which there is no copy yet. */
const firstMs = 10_000

/**
 * Lists of what is not to be handled here, in the compact denylist format (https://specs.ipfs.tech/compact-denylist-format/). They are read again
 * when they change. A list that cannot be read refuses the start; later it leaves the rules as they were, and the log says so. One that is
 * followed is used as it was fetched last.
 */
export async function openDenylists({ places, copies, log, watchEvery = 2_000, fetchEvery = 3_600_000, maxBytes = 256 << 20, maxMs = 120_000 }: DenylistOptions): Promise<Denylists> {
  const stop = new AbortController()
  const urls = places.filter((place) => URL.canParse(place) && /^https?:/.test(place))
  const followed = await Promise.all(urls.map((url) => subscribe({ url, folder: copies, log, every: fetchEvery, maxBytes, maxMs })))
  const copyOf = new Map(followed.map(({ url, file }) => [url, file]))
  const subscriptions = new Map(followed.map((subscription) => [subscription.file, subscription]))
  const files = places.map((place) => copyOf.get(place) ?? place)
  let reports = new Map<string, ListReport>()
  const lookAtAll = () => look(files, new Set(subscriptions.keys()))

  const followAll = () => Promise.all(followed.map((one) => one.follow(stop.signal)))
  let fetching: Promise<unknown> = followAll()
  if (followed.some((one) => one.state().changed === undefined)) await Promise.race([fetching, alarm(firstMs)])
  let seen = await lookAtAll()
  let rules = await readAll(seen)
  let reading: Promise<void> | undefined

  async function readAll(found: ReadonlyMap<string, string>): Promise<Rules> {
    const fresh = new Rules()
    const read = new Map<string, ListReport>()
    for (const file of found.keys()) {
      const report = await readList(file, fresh).catch((error: Error) => {
        throw new Error(`The denylist ${file} cannot be used: ${error.message}`)
      })
      read.set(file, report)
      log.info({ file, list: report.name, rules: report.rules }, 'a denylist is in force')
      for (const problem of report.problems) log.error({ file, problem }, 'a line of a denylist is no rule, and is passed over')
    }
    reports = read
    return fresh
  }

  async function readAgain(): Promise<void> {
    const now = await lookAtAll()
    if (isSame(now, seen)) return
    rules = await readAll(now)
    seen = now
  }

  const watch = setInterval(() => {
    reading ??= readAgain()
      .catch((error: unknown) => log.error({ error }, 'the denylists cannot be read again; the rules stay as they were'))
      .finally(() => (reading = undefined))
  }, watchEvery).unref()
  let isFetching = false
  const fetchWatch = setInterval(() => {
    if (isFetching || followed.length === 0) return
    isFetching = true
    fetching = followAll().finally(() => (isFetching = false))
  }, Math.min(watchEvery * 5, fetchEvery)).unref()

  return {
    get isEmpty() {
      return rules.isEmpty
    },
    find: (cid, names) => rules.find(cid, names),
    findName: (name, names) => rules.findName(name, names),
    lists() {
      const waiting = [...subscriptions.keys()].filter((file) => !reports.has(file))
      return [...reports.keys(), ...waiting].map((file) => {
        const { name, rules: count = 0, problems = [] } = reports.get(file) ?? {}
        const subscription = subscriptions.get(file)
        return { place: subscription?.url ?? file, name, rules: count, problems, ...(subscription && { source: subscription.state() }) }
      })
    },
    async close() {
      clearInterval(watch)
      clearInterval(fetchWatch)
      stop.abort()
      await Promise.allSettled([reading, fetching])
    },
  }
}

function alarm(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return JSON.stringify([...a]) === JSON.stringify([...b])
}
