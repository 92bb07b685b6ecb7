import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let key: string
const asked = (token: string, more: Record<string, string> = {}) => ({ headers: { authorization: `Bearer ${token}`, ...more } })

beforeAll(async () => {
  server = await startServer({ THOLE_NETWORK: 'none' })
  key = await server.createKey()
})
afterAll(() => server?.stop())

interface Told {
  id?: number
  event: string
  data: { kind?: string; words?: string }
}

/** What the stream tells, message by message. */
async function* follow(token: string, more?: Record<string, string>): AsyncGenerator<Told> {
  const answer = await fetch(`${server.url}/api/v1/events/stream`, asked(token, more))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  let text = ''
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = new Map(text.slice(0, end).split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]))
      text = text.slice(end + 2)
      if (lines.has('event')) yield { id: lines.has('id') ? Number(lines.get('id')) : undefined, event: lines.get('event')!, data: JSON.parse(lines.get('data')!) as Told['data'] }
    }
  }
}

const upload = (name: string) => fetch(`${server.url}/api/v1/uploads?name=${name}`, { method: 'POST', body: name, ...asked(key) })

async function next(told: AsyncGenerator<Told>, kind: string): Promise<Told> {
  for (;;) {
    const { value, done } = await told.next()
    if (done) throw new Error('the stream ended')
    if (value.data.kind === kind) return value
  }
}

it('tells what happens as it happens, and after a break what was missed', async () => {
  const told = follow(key)
  const first = next(told, 'upload.received')
  await upload('a.txt')
  const { id, data } = await first
  expect(data.words).toBe('The key “test” uploaded “a.txt”.')
  await told.return(undefined)

  await server.createKey(['upload'])
  const later = follow(key, { 'last-event-id': String(id) })
  expect((await next(later, 'key.created')).id).toBeGreaterThan(id!)
  await later.return(undefined)
})

it('lists what happened, by kind and page', async () => {
  const list = async (query: string) => ((await (await fetch(`${server.url}/api/v1/events?${query}`, asked(key))).json()) as { events: { id: number; kind: string }[] }).events
  const all = await list('limit=200')
  expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => b - a))
  expect(new Set((await list('kind=key.created')).map(({ kind }) => kind))).toEqual(new Set(['key.created']))
  expect(await list(`before=${all[0]!.id}&limit=1`)).toEqual([all[1]])
  expect((await fetch(`${server.url}/api/v1/events?kind=nonsense`, asked(key))).status).toBe(400)
  expect((await fetch(`${server.url}/api/v1/events?of=all`, asked(key))).status).toBe(403)
})

it('tells nobody else, and ends with the server', async () => {
  expect((await fetch(`${server.url}/api/v1/events/stream`)).status).toBe(401)
  const stranger = follow(await server.createKey(undefined, 'stranger@example.org'))
  const heard: string[] = []
  const listening = (async () => {
    for await (const { data } of stranger) heard.push(data.words ?? '')
  })().catch(() => undefined)
  const own = follow(key)
  const one = next(own, 'upload.received')
  await upload('secret.txt')
  await one
  await server.rest(async () => {})
  await listening
  expect(heard.filter((words) => words.includes('secret'))).toEqual([])
})
