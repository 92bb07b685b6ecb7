import { CID } from 'multiformats/cid'
import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startRouter } from '../../testing/delegated-router.ts'
import type { TestRouter } from '../../testing/delegated-router.ts'
import { limits } from '../limits.ts'
import { delegatedRouter } from './delegated.ts'
import type { Provider, Router } from './router.ts'

const cid = CID.parse('QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR')
const one = '12D3KooWLqL3mgnW2uQqUWXcWqGXHz6q2w4h6UrUUTJq2cgoc2KD'
const two = 'QmcZf59bWwK5XFi76CZX8cbJ4BhTzzA3gU1ZjYZcYW3dwt'
let server: TestRouter
let router: Router

beforeEach(async () => {
  server = await startRouter()
  router = delegatedRouter(server.url, { dialPrivate: false })
})
afterEach(() => server.stop())

async function found(signal = new AbortController().signal): Promise<Provider[]> {
  const providers: Provider[] = []
  for await (const provider of router.findProviders(cid, signal)) providers.push(provider)
  return providers
}

const json = (value: unknown): RequestListener => (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const lines = (text: string): RequestListener => (_, response) => void response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(text)

const records = [
  { Schema: 'peer', ID: one, Addrs: ['/ip4/127.0.0.1/tcp/4001', 7], Protocols: ['transport-bitswap'] },
  { Schema: 'unheard-of', ID: one, Addrs: ['/ip4/127.0.0.1/tcp/4002'] },
  { Schema: 'bitswap', Protocol: 'transport-bitswap', ID: two, Addrs: ['/ip4/10.0.0.1/tcp/1'] },
  { Schema: 'peer', ID: 'nobody', Addrs: ['/ip4/10.0.0.1/tcp/1'] },
  { Schema: 'peer', ID: one },
]
const expected = [
  { peerId: one, addresses: ['/ip4/127.0.0.1/tcp/4001'] },
  { peerId: two, addresses: ['/ip4/10.0.0.1/tcp/1'] },
  { peerId: one, addresses: [] },
]

it('names providers out of JSON and out of lines, of both schemas', async () => {
  server.answer = json({ Providers: records })
  expect(await found()).toEqual(expected)
  server.answer = lines(records.map((record) => JSON.stringify(record)).join('\n'))
  expect(await found()).toEqual(expected)
  expect(server.asked).toEqual(Array(2).fill(`/routing/v1/providers/${cid.toV1()}`))
  expect(router.name).toBe(server.url)
})

it('names them as they come', async () => {
  server.answer = (_, response) => void response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(`${JSON.stringify(records[0])}\n{"Sch`)
  const incoming = router.findProviders(cid, new AbortController().signal)[Symbol.asyncIterator]()
  expect((await incoming.next()).value).toEqual(expected[0])
  await incoming.return?.()
})

it.each([
  ['404', (_, response) => void response.writeHead(404).end()],
  ['no providers', json({ Providers: [] })],
  ['null', json({ Providers: null })],
  ['an empty object', json({})],
  ['no lines', lines('')],
] as [string, RequestListener][])('nobody provides it: %s', async (_, answer) => {
  server.answer = answer
  expect(await found()).toEqual([])
})

it.each([
  ['a page', (_, response) => void response.end('<!doctype html>'), 'its answer cannot be read'],
  ['a list', json([]), 'its answer cannot be read'],
  ['providers that are none', json({ Providers: 'all' }), 'its answer cannot be read'],
  ['a line of garbage', lines('garbage\n'), 'its answer cannot be read'],
  ['a line without end', lines('{'.padEnd(200_000)), 'its answer cannot be read'],
  ['500', (_, response) => void response.writeHead(500).end(), 'it answered HTTP 500'],
  ['a request for patience', (_, response) => void response.writeHead(429, { 'retry-after': '60' }).end(), 'it answered HTTP 429; it is asked again in 60 s'],
  ['a connection that breaks', (request) => void request.socket.destroy(), /the connection was reset|socket hang up/],
] as [string, RequestListener, string | RegExp][])('could not look: %s', async (_, answer, reason) => {
  server.answer = answer
  await expect(found()).rejects.toThrow(reason)
})

it('leaves a router alone that asks for patience', async () => {
  server.answer = (_, response) => void response.writeHead(503, { 'retry-after': '2' }).end()
  await expect(found()).rejects.toThrow('asked again in 2 s')
  await expect(found()).rejects.toThrow('asked again in')
  expect(server.asked.length).toBe(1)
})

it.each([
  ['lines', `${JSON.stringify(records[0])}\n`, 'its answer has no end'],
  ['JSON', '                ', /more than 1048576 bytes/],
])('an endless answer of %s costs a bounded amount', async (kind, text, reason) => {
  let sent = 0
  server.answer = (_, response) => {
    response.writeHead(200, { 'content-type': kind === 'JSON' ? 'application/json' : 'application/x-ndjson' })
    const more = (): void => {
      if (response.destroyed) return
      sent += 2000 * text.length
      response.write(text.repeat(2000), more)
    }
    more()
  }
  await expect(found()).rejects.toThrow(reason)
  expect(sent).toBeLessThan(limits.routerAnswer + (16 << 20))
})

it('ends with the signal', async () => {
  server.answer = () => {}
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 20)
  await expect(found(stop.signal)).rejects.toThrow()
})
