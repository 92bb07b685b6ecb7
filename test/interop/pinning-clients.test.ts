import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { client as plainClient, rawBlock } from '../support/api.ts'
import { clientModule, noClients } from '../support/pinning-clients.ts'
import { startPrism, type Prism } from '../support/prism.ts'
import { inlineCid, kuboPages } from '../support/psa.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What is used of @ipfs-shipyard/pinning-service-client. */
interface PinStatus {
  requestid: string
  status: string
  created: Date
  pin: { cid: string; name?: string; meta?: Record<string, string> }
  delegates: string[]
}
interface Query {
  cid?: string[]
  name?: string
  match?: string
  status?: string[]
  before?: Date
  after?: Date
  limit?: number
  meta?: Record<string, string>
}
interface PinsClient {
  pinsGet(query: Query): Promise<{ count: number; results: PinStatus[] }>
  pinsPost(wish: { pin: object }): Promise<PinStatus>
  pinsRequestidGet(of: { requestid: string }): Promise<PinStatus>
  pinsRequestidPost(of: { requestid: string; pin: object }): Promise<PinStatus>
  pinsRequestidDelete(of: { requestid: string }): Promise<void>
}
interface ClientPackage {
  Configuration: new (options: { endpointUrl: string; accessToken: string }) => object
  RemotePinningServiceClient: new (configuration: object) => PinsClient
}

describe.skipIf(noClients)(`@ipfs-shipyard/pinning-service-client, through Prism${noClients ? ` (${noClients})` : ''}`, () => {
  let server: TestServer
  let prism: Prism
  let key: string
  let pins: PinsClient
  let clientFor: (accessToken: string) => PinsClient
  const anyStatus = ['queued', 'pinning', 'pinned', 'failed']
  const add = (pin: object) => pins.pinsPost({ pin })

  beforeAll(async () => {
    server = await startServer()
    ;[key, prism] = await Promise.all([server.createKey(), startPrism(`${server.url}/psa`)])
    const { Configuration, RemotePinningServiceClient } = await clientModule<ClientPackage>('pinning-service-client.mjs')
    clientFor = (accessToken) => new RemotePinningServiceClient(new Configuration({ endpointUrl: prism.url, accessToken }))
    pins = clientFor(key)
  }, 120_000)
  afterAll(async () => {
    await prism?.stop()
    await server?.stop()
  })
  beforeEach(() => void prism.violations())
  /** None of our answers broke the specification. */
  const isClean = () => expect(prism.violations()).toEqual([])

  test('rows 4, 10, 25, 28: adds and gets', async () => {
    const made = await add({ cid: inlineCid('one'), name: 'one', meta: { a: 'b' }, origins: ['/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWEjjPP3h1BFSw5bsVqc4fPdvySmAGiC4yDVhKVvwuFTyK'] })
    expect(made).toMatchObject({ status: 'pinned', pin: { cid: inlineCid('one'), name: 'one', meta: { a: 'b' } } })
    expect(made.created).toBeInstanceOf(Date)
    expect(await pins.pinsRequestidGet(made)).toEqual(made)
    const bare = await add({ cid: inlineCid('bare') })
    expect(await pins.pinsRequestidGet(bare)).toEqual(bare)
    isClean()
  })

  test('rows 6, 7: replaces, by another CID and by the same', async () => {
    const made = await add({ cid: inlineCid('old'), name: 'old' })
    const replaced = await pins.pinsRequestidPost({ requestid: made.requestid, pin: { cid: inlineCid('new') } })
    expect(replaced).toMatchObject({ status: 'pinned', pin: { cid: inlineCid('new') } })
    const again = await pins.pinsRequestidPost({ requestid: replaced.requestid, pin: { ...replaced.pin, meta: { turn: 'two' } } })
    expect(await pins.pinsRequestidGet(again)).toMatchObject({ pin: { cid: inlineCid('new'), meta: { turn: 'two' } } })
    await expect(pins.pinsRequestidGet(made)).rejects.toMatchObject({ status: 404 })
    isClean()
  })

  test('rows 13–24: lists with every filter', async () => {
    const names = ['Alpha', 'alphabet', 'Beta', '50% off']
    const made: PinStatus[] = []
    for (const [i, name] of names.entries()) made.push(await add({ cid: inlineCid(name), name, meta: { list: 'yes', i: String(i) } }))
    const waiting = await add({ cid: rawBlock(Buffer.from('nobody')).cid.toString(), name: 'waiting', meta: { list: 'yes' } })
    const found = async (query: Query) => (await pins.pinsGet({ meta: { list: 'yes' }, ...query })).results.map(({ pin }) => pin.name)
    expect(await found({})).toEqual(names.toReversed())
    expect(await found({ status: anyStatus })).toEqual(['waiting', ...names.toReversed()])
    expect(await found({ limit: 2 })).toEqual(['50% off', 'Beta'])
    expect(await found({ cid: [inlineCid('Alpha'), inlineCid('Beta'), waiting.pin.cid] })).toEqual(['Beta', 'Alpha'])
    expect(await found({ name: 'alpha' })).toEqual([])
    expect(await found({ name: 'alpha', match: 'iexact' })).toEqual(['Alpha'])
    expect(await found({ name: 'alpha', match: 'partial' })).toEqual(['alphabet'])
    expect(await found({ name: 'alpha', match: 'ipartial' })).toEqual(['alphabet', 'Alpha'])
    expect(await found({ name: '50% off' })).toEqual(['50% off'])
    expect(await found({ before: made[2]!.created })).toEqual(['alphabet', 'Alpha'])
    expect(await found({ after: made[1]!.created })).toEqual(['50% off', 'Beta'])
    expect(await found({ meta: { list: 'yes', i: '2' } })).toEqual(['Beta'])
    expect(await found({ name: 'a', match: 'ipartial', status: ['pinned'], meta: { list: 'yes' }, before: made[3]!.created, after: made[0]!.created, cid: [inlineCid('Beta')], limit: 10 })).toEqual(['Beta'])
    expect(await pins.pinsGet({ name: 'nobody has this' })).toEqual({ count: 0, results: [] })
    isClean()
  })

  test('rows 14, 16: 25 pins in pages, as Kubo and as this client ask', async () => {
    for (let i = 0; i < 25; i++) await add({ cid: inlineCid('paged'), name: 'paged' })
    const seen = new Set<string>()
    for (let before: Date | undefined, more = true; more; ) {
      const { count, results } = await pins.pinsGet({ name: 'paged', ...(before && { before }) })
      for (const { requestid } of results) seen.add(requestid)
      before = results.at(-1)!.created
      more = count > results.length
    }
    expect(seen.size).toBe(25)
    const walked = await Array.fromAsync(kuboPages(plainClient(prism.url, key), 'status=pinned&name=paged', 10, '/pins'))
    expect(walked.map(({ count, results }) => [count, results.length])).toEqual([[25, 10], [15, 10], [5, 5]])
    isClean()
  })

  test('row 5: deletes', async () => {
    const made = await add({ cid: inlineCid('gone') })
    await pins.pinsRequestidDelete(made)
    await expect(pins.pinsRequestidGet(made)).rejects.toMatchObject({ status: 404 })
    await expect(pins.pinsRequestidDelete(made)).rejects.toMatchObject({ status: 404 })
    isClean()
  })

  test('rows 1, 3, 13, 36: errors', async () => {
    const failed = async (attempt: Promise<unknown>) => {
      const answer = await attempt.then(() => { throw new Error('it succeeded') }, (response: Response) => response)
      return [answer.status, ((await answer.json()) as { error: { reason: string } }).error.reason]
    }
    expect(await failed(clientFor('purposefullyInvalid').pinsGet({}))).toEqual([401, 'UNAUTHORIZED'])
    expect(await failed(add({ cid: 'nonsense' }))).toEqual([400, 'INVALID_CID'])
    expect(await failed(add({ cid: 'bagiacgzah24drzou2jlkixpblbgbg6nxfrasoklzttzoht5hixhxz3rlncyq' }))).toEqual([400, 'UNSUPPORTED_CODEC'])
    expect(await failed(pins.pinsGet({ limit: 0 }))).toEqual([400, 'BAD_REQUEST'])
    expect(await failed(pins.pinsGet({ limit: 1001 }))).toEqual([400, 'BAD_REQUEST'])
    expect(await failed(pins.pinsRequestidPost({ requestid: 'unknown', pin: { cid: inlineCid('x') } }))).toEqual([404, 'NOT_FOUND'])
    isClean()
  })

  test('Prism does see what breaks the specification', async () => {
    const careless = createServer((_, outgoing) => void outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"count":"1","results":[{}]}')).listen(0, '127.0.0.1')
    await once(careless, 'listening')
    const other = await startPrism(`http://127.0.0.1:${(careless.address() as AddressInfo).port}`)
    await fetch(`${other.url}/pins`, { headers: { authorization: 'Bearer x' } })
    expect(other.violations().length).toBeGreaterThan(1)
    await other.stop()
    careless.close()
  })
})
