import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wholeBody } from './body.ts'
import { httpClient } from './client.ts'
import type { HttpClient } from './client.ts'
import { retryAfter } from './failure.ts'

const signal = new AbortController().signal
let server: Server
let port: number
let asked: string[]
let onRequest: RequestListener
const clients: HttpClient[] = []

beforeEach(async () => {
  asked = []
  onRequest = (_, response) => void response.end('here')
  server = createServer((request, response) => {
    asked.push(`${request.headers.host?.split(':')[0]}${request.url} ${request.headers.authorization ?? ''}`.trim())
    onRequest(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
})

async function get(url: string, { trusted, dialPrivate = false }: { trusted?: string; dialPrivate?: boolean } = {}): Promise<string> {
  const client = httpClient({ trusted, dialPrivate, sockets: 4 })
  clients.push(client)
  const answer = await client.get(new URL(url), { accept: '*/*', signal })
  return `${answer.status} ${Buffer.from(await wholeBody(answer, 1000)).toString()}`
}

it('connects to a private address only where that is allowed or the operator named it', async () => {
  const refused = /private address/
  for (const host of ['127.0.0.1', 'localhost', '127.1', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', '[::1]']) {
    await expect(get(`http://${host}:${port}/`), host).rejects.toThrow(refused)
  }
  expect(asked).toEqual([])
  expect(await get(`http://127.0.0.1:${port}/`, { dialPrivate: true })).toBe('200 here')
  expect(await get(`http://127.0.0.1:${port}/`, { trusted: '127.0.0.1' })).toBe('200 here')
  await expect(get(`http://localhost:${port}/`, { trusted: '127.0.0.1' })).rejects.toThrow(refused)
})

it('follows a few redirects, and none to a private address that nobody named', async () => {
  onRequest = ({ url }, response) => void (url === '/there' ? response.end('there') : response.writeHead(302, { location: `http://127.0.0.1:${port}/there` }).end())
  expect(await get(`http://127.0.0.1:${port}/`, { trusted: '127.0.0.1' })).toBe('200 there')
  asked.length = 0
  await expect(get(`http://localhost:${port}/`, { trusted: 'localhost' })).rejects.toThrow('private addresses are not dialled')
  expect(asked).toEqual(['localhost/'])
  onRequest = (_, response) => void response.writeHead(307, { location: '/again' }).end()
  await expect(get(`http://127.0.0.1:${port}/`, { dialPrivate: true })).rejects.toThrow('it redirects too often')
  expect(asked.length).toBe(5)
})

it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'http://', 'javascript:0'])('does not follow a redirect to %s', async (location) => {
  onRequest = (_, response) => void response.writeHead(301, { location }).end()
  await expect(get(`http://127.0.0.1:${port}/`, { dialPrivate: true })).rejects.toThrow(/redirects/)
})

it.each([
  ['http://192.0.2.1:25/', 'port 25, which is not dialled'],
  ['http://127.0.0.1:2222/', 'another service of its host'],
])('is not sent to knock at %s', async (location, why) => {
  onRequest = (_, response) => void response.writeHead(301, { location }).end()
  await expect(get(`http://127.0.0.1:${port}/`, { trusted: '127.0.0.1' })).rejects.toThrow(why)
})

it('keeps credentials to the host that they are for', async () => {
  onRequest = ({ url }, response) => void (url === '/there' ? response.end('there') : response.writeHead(302, { location: `http://127.0.0.1:${port}/there` }).end())
  expect(await get(`http://me:it%40s@localhost:${port}/`, { dialPrivate: true })).toBe('200 there')
  expect(asked).toEqual([`localhost/ Basic ${btoa('me:it@s')}`, '127.0.0.1/there'])
})

it('reads Retry-After in both forms', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfter('120', now)).toBe(120_000)
  expect(retryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000)
  expect(retryAfter('Thu, 01 Jan 2015 00:01:00 GMT', now)).toBe(0)
  expect(retryAfter('soon', now)).toBeUndefined()
  expect(retryAfter(undefined, now)).toBeUndefined()
})
