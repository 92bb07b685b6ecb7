import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, form, pattern, type Client } from '../support/api.ts'
import { noClassicClients, requireClassic } from '../support/classic-clients.ts'
import { classicPattern } from '../support/classic-pattern.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** What is used of nft.storage. */
interface Package {
  NFTStorage: {
    new (options: { token: string; endpoint: URL; rateLimiter?: () => Promise<void> }): Nft
    encodeBlob(blob: Blob): Promise<{ cid: CID; car: CarReader }>
    encodeDirectory(files: Blob[]): Promise<{ cid: CID; car: CarReader }>
    encodeNFT(metadata: object): Promise<{ cid: CID; token: Token; car: CarReader }>
  }
  Blob: typeof Blob
  File: typeof File
}
interface CarReader {
  blocks(): AsyncIterable<{ cid: CID; bytes: Uint8Array }>
}
interface Token {
  ipnft: string
  url: string
  data: Record<string, unknown>
}
interface Nft {
  storeBlob(blob: Blob): Promise<string>
  storeDirectory(files: Iterable<Blob>): Promise<string>
  store(metadata: object): Promise<Token>
  storeCar(car: CarReader, options?: { maxChunkSize?: number; maxRetries?: number; onStoredChunk?(size: number): void }): Promise<string>
  status(cid: string): Promise<{ cid: string; size: number; created: Date; pin: { status: string; size: number; created: Date }; deals: unknown[] }>
  check(cid: string): Promise<{ cid: string; pin: { status: string; size: number }; deals: unknown[] }>
  delete(cid: string): Promise<void>
}

const dagCbor = 0x71

describe.skipIf(noClassicClients)(`nft.storage 7.2.0${noClassicClients ? ` (${noClassicClients})` : ''}`, () => {
  let server: TestServer
  let api: Client
  let key: string
  let nft: Nft
  const { NFTStorage, Blob, File } = noClassicClients ? ({} as Package) : requireClassic<Package>('nft.storage')

  const clientOf = (token: string) => new NFTStorage({ token, endpoint: new URL(`${server.url}/nft/`), rateLimiter: async () => {} })
  const read = async (path: string) => Buffer.from(await (await fetch(server.url + path)).arrayBuffer())

  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
    key = await server.createKey()
    api = client(server.url, key)
    nft = clientOf(key)
  })
  afterAll(() => server?.stop())

  test('storeBlob, status, check: the CID that the service gave, and the bytes', async () => {
    const bytes = classicPattern(262_145)
    const cid = await nft.storeBlob(new Blob([bytes]))
    expect(cid).toBe('bafybeid5nkyngbvnaenoxra4dc5gi4bvkiv366blzqfges3bz6lpvgckti')
    const status = await nft.status(cid)
    expect(status).toMatchObject({ cid, deals: [], pin: { cid, status: 'pinned', size: status.size } })
    expect(status.size).toBeGreaterThan(262_145)
    expect(Math.abs(status.created.getTime() - Date.now())).toBeLessThan(60_000)
    expect(await nft.check(cid)).toMatchObject({ cid, pin: { status: 'pinned', size: status.size }, deals: [] })
    expect(Buffer.compare(await read(`/ipfs/${cid}`), bytes)).toBe(0)
  })

  test('storeDirectory: two files, and 1,500 of them in shards', async () => {
    const two = await nft.storeDirectory([new File(['hello world! 1'], 'name1'), new File(['hello world! 2'], 'name2')])
    expect(two).toBe('bafybeifrkxqq5bbn4fkykfyggoltlb7vn3moyhr3pldzx3me6yiukcfsem')
    expect((await nft.status(two)).size).toBe(130)
    const many = await nft.storeDirectory(Array.from({ length: 1500 }, (_, i) => new File([JSON.stringify({ i })], `${i}.json`)))
    expect(many).toBe('bafybeiafyk2bg7l7ib654xxkz3i3rrups3kgpjhy24h2nbe77wnngvyiza')
    expect((await read(`/ipfs/${many}/1234.json`)).toString()).toBe('{"i":1234}')
  })

  test('store: nested files and metadata; POST /store of the same gives the same', async () => {
    const image = classicPattern(300_000)
    const metadata = {
      name: 'Ünïcode', description: 'With files in lists', image: new File([image], 'my cat.png', { type: 'image/png' }),
      properties: { traits: [{ level: 1.5, rare: true }], files: [new File(['one'], 'one.txt'), new Blob(['two'])], deep: { er: new File(['three'], '3') } },
    }
    const token = await nft.store(metadata)
    expect(CID.parse(token.ipnft).code).toBe(dagCbor)
    expect(token.url).toBe(`ipfs://${token.ipnft}/metadata.json`)
    const data = JSON.parse((await read(`/ipfs/${token.ipnft}/metadata.json`)).toString())
    expect(data).toEqual(JSON.parse(JSON.stringify(token.data)))
    expect(Buffer.compare(await read(data.image.replace('ipfs://', '/ipfs/')), image)).toBe(0)
    expect((await read(data.properties.files[1].replace('ipfs://', '/ipfs/'))).toString()).toBe('two')
    expect((await nft.status(token.ipnft)).pin.status).toBe('pinned')

    const meta = { name: metadata.name, description: metadata.description, properties: { traits: metadata.properties.traits, files: [null, null], deep: {} } }
    const body = new FormData()
    for (const [at, file] of [['image', metadata.image], ['properties.files.0', metadata.properties.files[0]], ['properties.files.1', metadata.properties.files[1]], ['properties.deep.er', metadata.properties.deep.er]] as const) {
      body.append(at, new globalThis.Blob([await (file as Blob).arrayBuffer()]), (file as File).name ?? 'blob')
    }
    body.append('meta', JSON.stringify(meta))
    const stored = await api.json('/nft/store', { method: 'POST', body })
    expect(stored).toMatchObject({ status: 200, body: { ok: true, value: { ipnft: token.ipnft, url: token.url, data } } })
  })

  test('storeCar: split into parts that come three at once', async () => {
    const { cid, car } = await NFTStorage.encodeBlob(new Blob([pattern(3_000_000, 5)]))
    const sizes: number[] = []
    expect(await nft.storeCar(car, { maxChunkSize: 300_000, onStoredChunk: (size) => sizes.push(size) })).toBe(cid.toString())
    expect(sizes.length).toBeGreaterThan(5)
    expect((await nft.status(cid.toString())).pin).toMatchObject({ status: 'pinned' })
    const listed = await api.json('/nft/?limit=1000')
    expect(listed.body.value.filter((one: { cid: string }) => one.cid === cid.toString())).toHaveLength(1)
    const directory = await NFTStorage.encodeDirectory([new File([pattern(600_000, 6)], 'a.bin'), new File([pattern(600_000, 7)], 'b.bin')])
    expect(await nft.storeCar(directory.car, { maxChunkSize: 300_000 })).toBe(directory.cid.toString())
    const nested = await NFTStorage.encodeNFT({ name: 'n', description: 'd', image: new File([pattern(700_000, 8)], 'i.png') })
    expect(await nft.storeCar(nested.car, { maxChunkSize: 300_000 })).toBe(nested.token.ipnft)
    expect((await nft.check(nested.token.ipnft)).pin.status).toBe('pinned')
  })

  test('delete ends it, a second time says so, and storing it again brings it back', async () => {
    const cid = await nft.storeBlob(new Blob(['to be deleted']))
    await nft.delete(cid)
    await expect(nft.delete(cid)).rejects.toThrow('NFT not found')
    await expect(nft.status(cid)).rejects.toThrow('NFT not found')
    await expect(nft.check(cid)).rejects.toThrow('NFT not found')
    expect(await nft.storeBlob(new Blob(['to be deleted']))).toBe(cid)
    expect((await nft.status(cid)).pin.status).toBe('pinned')
  })

  test('check holds while another account has it; nobody sees the listing of another', async () => {
    const other = clientOf(await server.createKey(undefined, 'other@example.org'))
    const cid = await nft.storeBlob(new Blob(['of two accounts']))
    await expect(other.status(cid)).rejects.toThrow('NFT not found')
    await other.storeBlob(new Blob(['of two accounts']))
    await nft.delete(cid)
    expect((await nft.check(cid)).pin.status).toBe('pinned')
    expect((await other.status(cid)).cid).toBe(cid)
    expect((await read(`/ipfs/${cid}`)).toString()).toBe('of two accounts')
  })

  test('what goes wrong is told in words', async () => {
    await expect(clientOf('wrong').storeBlob(new Blob(['x']))).rejects.toThrow(/key/)
    await expect(clientOf(await server.createKey(['pins:read'])).status(await nft.storeBlob(new Blob(['scopes'])))).rejects.toThrow(/scope upload/)
    await expect(nft.check('bafkreidvbhs33ighmljlvr7zbv2ywwzcmp5adtf4kqvlly67cy56bdtmve')).rejects.toThrow('NFT not found')
    await expect(nft.status('no-cid')).rejects.toThrow(/CID/)
  })

  test('a form is a directory as the service made it', async () => {
    const { status, body } = await api.json('/nft/upload', { method: 'POST', body: form({ name1: 'hello world! 1', name2: 'hello world! 2' }) })
    expect([status, body.value.cid, body.value.size, body.value.type]).toEqual([200, 'bafybeifrkxqq5bbn4fkykfyggoltlb7vn3moyhr3pldzx3me6yiukcfsem', 130, 'directory'])
  })
})
