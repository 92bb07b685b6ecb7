import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, pattern, rawBlock } from '../support/api.ts'
import { clientModule, noClients } from '../support/pinning-clients.ts'
import { startPrism, type Prism } from '../support/prism.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What is used of helia.mjs. */
interface Helia {
  pins: RemotePins
  connections(): number
  put(bytes: Uint8Array): Promise<Cid>
  stop(): Promise<void>
}
type Cid = { toString(): string }
interface Pin {
  cid: Cid
  status: string
  name?: string
  metadata: Record<string, string>
}
/** What is used of @helia/remote-pinning. */
interface RemotePins {
  add(cid: Cid, options: { name?: string; metadata?: Record<string, string>; signal: AbortSignal }): AsyncIterable<Cid>
  isPinned(cid: Cid): Promise<boolean>
  get(cid: Cid): Promise<Pin>
  setMetadata(cid: Cid, metadata: Record<string, string>): Promise<void>
  ls(options?: { cid?: Cid; name?: string }): AsyncIterable<Pin>
  rm(cid: Cid): AsyncIterable<Cid>
}

describe.skipIf(noClients)(`@helia/remote-pinning${noClients ? ` (${noClients})` : ''}`, () => {
  let server: TestServer
  let prism: Prism
  let helia: Helia
  let accessToken: string

  beforeAll(async () => {
    server = await startServer()
    const [key, proxy, { startHelia }] = await Promise.all([
      server.createKey(),
      startPrism(`${server.url}/psa`),
      clientModule<{ startHelia(service: object): Promise<Helia> }>('helia.mjs'),
    ])
    accessToken = key
    prism = proxy
    helia = await startHelia({ endpointUrl: prism.url, accessToken })
  }, 120_000)
  afterAll(async () => {
    await helia?.stop()
    await prism?.stop()
    await server?.stop()
  })

  const add = (cid: Cid, options: object = {}) => Array.fromAsync(helia.pins.add(cid, { signal: AbortSignal.timeout(30_000), ...options }))

  test('row 43: pins a block that only this Helia holds, which our server fetches from it; then metadata, get and rm', async () => {
    const bytes = pattern(100_000, 43)
    const cid = await helia.put(bytes)
    expect(await helia.pins.isPinned(cid)).toBe(false)
    expect(await add(cid, { name: 'from helia', metadata: { app: 'one' } })).toEqual([cid])
    expect(await helia.pins.isPinned(cid)).toBe(true)
    const served = await fetch(`${server.url}/ipfs/${cid}`)
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes)

    // Row 7: a replacement by the same CID; row 30: pinned at once.
    await helia.pins.setMetadata(cid, { app: 'two' })
    expect(await helia.pins.get(cid)).toMatchObject({ cid, status: 'pinned', metadata: { app: 'two' } })
    expect(await Array.fromAsync(helia.pins.ls({ cid }))).toMatchObject([{ cid, name: 'from helia', metadata: { app: 'two' } }])

    await Array.fromAsync(helia.pins.rm(cid))
    expect(await helia.pins.isPinned(cid)).toBe(false)
    await expect(helia.pins.get(cid)).rejects.toMatchObject({ name: 'NotFoundError' })
    expect(prism.violations()).toEqual([])
  })

  test('row 28: the delegates are dialled by it', async () => {
    await add(await helia.put(pattern(10, 28)))
    expect(helia.connections()).toBeGreaterThan(0)
  })

  test('row 17: what waits is not pinned', async () => {
    const { cid } = rawBlock(Buffer.from('nobody has it'))
    const { body } = await client(server.url, accessToken).post('/psa/pins', { cid: cid.toString() })
    expect(['queued', 'pinning']).toContain(body.status)
    expect(await helia.pins.isPinned(cid)).toBe(false)
  })

  test('row 9: rm takes away every request of the CID', async () => {
    const cid = await helia.put(pattern(2000, 9))
    await add(cid, { name: 'first' })
    await add(cid, { name: 'second' })
    expect(await Array.fromAsync(helia.pins.ls({ name: 'second' }))).toMatchObject([{ cid }])
    await Array.fromAsync(helia.pins.rm(cid))
    expect(await helia.pins.isPinned(cid)).toBe(false)
    expect(prism.violations()).toEqual([])
  })
})
