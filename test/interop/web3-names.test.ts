import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newOwner } from '../../packages/server/src/domain/names/testing/make-record.ts'
import { importClassic, noClassicClients } from '../support/classic-clients.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What is used of w3name. */
interface Name {
  toString(): string
}
interface Revision {
  value: string
  sequence: bigint
}
interface Package {
  create(): Promise<Name & { key: object }>
  parse(name: string): Name
  v0(name: Name, value: string): Promise<Revision>
  increment(revision: Revision, value: string): Promise<Revision>
  publish(revision: Revision, key: object, service: object): Promise<void>
  resolve(name: Name, service: object): Promise<Revision>
}
interface Service {
  default: new (endpoint: URL, rateLimiter?: () => Promise<void>) => object
}

describe.skipIf(noClassicClients)(`w3name${noClassicClients ? ` (${noClassicClients})` : ''}`, () => {
  let server: TestServer
  let service: object
  let w3name: Package

  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none', THOLE_NAME_RATE: '20', THOLE_MAX_NAMES_PER_ADDRESS: '3' })
    w3name = await importClassic<Package>('w3name/dist/index.mjs')
    const { default: W3NameService } = await importClassic<Service>('w3name/dist/service.mjs')
    service = new W3NameService(new URL(`${server.url}/web3/`), async () => {})
  })
  afterAll(() => server?.stop())
  const post = (name: string, body: string) => fetch(`${server.url}/web3/name/${name}`, { method: 'POST', body })
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

  test('publishes, resolves, publishes anew; the gateway follows; an older record is refused', async () => {
    const name = await w3name.create()
    await expect(w3name.resolve(name, service)).rejects.toThrow(/not found/)
    const first = await w3name.v0(name, '/ipfs/bafkqablimvwgy3y')
    await w3name.publish(first, name.key, service)
    expect(await w3name.resolve(w3name.parse(String(name)), service)).toMatchObject({ value: '/ipfs/bafkqablimvwgy3y', sequence: 0n })
    expect(await (await fetch(`${server.url}/ipns/${name}`)).text()).toBe('hello')
    const second = await w3name.increment(first, '/ipfs/bafkqabdumvzxi')
    await w3name.publish(second, name.key, service)
    expect(await w3name.resolve(name, service)).toMatchObject({ value: '/ipfs/bafkqabdumvzxi', sequence: 1n })
    await expect(w3name.publish(first, name.key, service)).rejects.toThrow(/newer record/)
    const answer = await (await fetch(`${server.url}/web3/name/${name}`)).json()
    expect(answer).toEqual({ value: '/ipfs/bafkqabdumvzxi', record: expect.stringMatching(/^[\w+/]+=*$/) })
  })

  test('takes nothing that proves nothing, and tells it in words', async () => {
    const [mine, theirs] = [await newOwner(), await newOwner()]
    const record = await theirs.sign({ value: '/ipfs/bafkqaaa' })
    const forged = Buffer.from(record)
    forged[forged.length - 20]! ^= 1
    const bodies: [string, string][] = [[mine.name.text, base64(record)], [theirs.name.text, base64(forged)], [theirs.name.text, 'no base64!'], [theirs.name.text, ''], [theirs.name.text, base64(new Uint8Array(11_000))], ['bafkqaaa', base64(record)]]
    for (const [name, body] of bodies) {
      const answer = await post(name, body)
      expect([body.slice(0, 20), answer.status === 400 || answer.status === 413]).toEqual([body.slice(0, 20), true])
      expect(await answer.json()).toEqual({ code: expect.any(String), message: expect.any(String) })
    }
    expect((await fetch(`${server.url}/web3/name/${theirs.name.text}`)).status).toBe(404)
  })

  test('is bounded in number and rate, together with the other door for records', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) {
      const { name, sign } = await newOwner()
      statuses.push((await post(name.text, base64(await sign({ value: '/ipfs/bafkqaaa' })))).status)
    }
    expect(statuses.at(-1)).toBe(507)
    for (let i = 0; i < 20; i++) await post('bafkqaaa', 'x').then((answer) => answer.body?.cancel())
    const { name, sign } = await newOwner()
    const limited = await post(name.text, base64(await sign({ value: '/ipfs/bafkqaaa' })))
    expect([limited.status, (await limited.json()).code, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, 'RATE_LIMITED', true])
    const other = await fetch(`${server.url}/routing/v1/ipns/${name.text}`, { method: 'PUT', body: 'x', headers: { 'content-type': 'application/vnd.ipfs.ipns-record' } })
    expect(other.status).toBe(429)
  })
})
