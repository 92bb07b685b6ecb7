import { client, type Client } from '../support/api.ts'

/** Calls of one server's life. Whoever gets no answer, since the server was killed, gets `Gone`. */
export interface Api {
  url: string
  /** A call whose whole answer arrived. */
  json(path: string, init?: RequestInit): Promise<Answer>
  bytes(path: string, headers?: Record<string, string>): Promise<{ status: number; bytes: Uint8Array }>
}

export interface Answer {
  status: number
  body: any
}

export class Gone extends Error {
  override readonly name = 'Gone'
}

export function apiOf(url: string, key: string): Api {
  const raw: Client = client(url, key)
  return {
    url,
    json: (path, init) => answered(`${init?.method ?? 'GET'} ${path}`, raw.json(path, init)),
    async bytes(path, headers = {}) {
      const response = await answered(`GET ${path}`, raw.call(path, { headers }))
      return { status: response.status, bytes: new Uint8Array(await answered(`GET ${path}, after its ${response.status}`, response.arrayBuffer())) }
    },
  }
}

async function answered<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new Gone(`${what}: no whole answer came: ${reasons(cause)}`, { cause })
  }
}

/** `fetch` has the reason below its own words. */
function reasons(error: unknown): string {
  return error instanceof Error ? [error.message, ...(error.cause === undefined ? [] : [reasons(error.cause)])].join(': ') : String(error)
}

/** All of a listing, page by page. */
export async function listAll<T extends { created: string }>(api: Api, path: string, field: string): Promise<T[]> {
  const found: T[] = []
  for (let before = ''; ; ) {
    const { status, body } = await api.json(`${path}?limit=1000${before && `&before=${before}`}`)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    const page = body[field] as T[]
    found.push(...page)
    if (page.length < 1000) return found
    before = page.at(-1)!.created
  }
}

export interface Patience<T> {
  isRight(answer: T): boolean
  /** Of `performance.now()`: nothing is asked after it. */
  until: number
  /** Told where it took long, and how long. */
  onSlow(ms: number): void
}

const slowMs = 2_000

/** Asks again until the answer is right or the time is over; tells the last answer. */
export async function settled<T>(ask: () => Promise<T>, { isRight, until, onSlow }: Patience<T>): Promise<T> {
  const began = performance.now()
  for (;;) {
    const answer = await ask()
    const now = performance.now()
    if (isRight(answer) || now > until) {
      if (now - began > slowMs) onSlow(now - began)
      return answer
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Runs the work for each item, so many at a time. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of rest) await work(item)
  }))
}
