import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client, eventually, pattern, type Client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe.skipIf(noKubo)(`the gateway of a Kubo that cannot be dialled${noKubo ? ` (${noKubo})` : ''}`, () => {
  let kubo: Kubo
  let server: TestServer
  let api: Client
  beforeAll(async () => {
    kubo = await startKubo()
    server = await startServer({ THOLE_HTTP_GATEWAYS: kubo.gateway, THOLE_FETCH_DEADLINE: '30' })
    api = client(server.url, await server.createKey())
  })
  afterAll(async () => {
    await server?.stop()
    await kubo?.stop()
  })

  /** Pins without any origin; the swarm of the Kubo is never named. */
  async function pin(cid: string): Promise<void> {
    const added = await api.post('/psa/pins', { cid })
    const status = async () => (await api.json(`/psa/pins/${added.body.requestid}`)).body
    await eventually(status, (answer) => answer.status === 'pinned')
    expect((await api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
  }
  const bytesOf = async (base: string, path: string) => Buffer.from(await (await fetch(`${base}${path}`)).arrayBuffer())

  test('a large file', async () => {
    const bytes = pattern(20 * 2 ** 20, 50)
    const cid = await kubo.line(['add', '-Q'], bytes)
    await pin(cid)
    expect(Buffer.compare(await bytesOf(server.url, `/ipfs/${cid}`), bytes)).toBe(0)
  })

  test('a file of many small blocks, as CIDv0', async () => {
    const bytes = pattern(8 * 2 ** 20, 51)
    const cid = await kubo.line(['add', '-Q', '--cid-version=0', '--raw-leaves=false', '--chunker=size-4096'], bytes)
    expect(cid).toMatch(/^Qm/)
    await pin(cid)
    expect(Buffer.compare(await bytesOf(server.url, `/ipfs/${cid}`), bytes)).toBe(0)
  })

  test('a directory, of which a part is here already', async () => {
    const content = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`folder-${i % 5}/file-${i}.bin`, pattern(3000 + i, i)]))
    await using folder = await temporaryFolder(content)
    const cid = await kubo.line(['add', '-Q', '-r', folder.path])
    await pin(await kubo.line(['resolve', '-r', `/ipfs/${cid}/folder-1`]).then((path) => path.replace('/ipfs/', '')))
    await pin(cid)
    for (const name of ['folder-0/file-0.bin', 'folder-1/file-1.bin', 'folder-4/file-299.bin']) {
      expect(Buffer.compare(await bytesOf(server.url, `/ipfs/${cid}/${name}`), content[name]!)).toBe(0)
    }
  })

  test('links of dag-cbor, and a single raw block', async () => {
    const leaf = await kubo.line(['block', 'put', '--cid-codec=raw'], pattern(100, 52))
    const cid = await kubo.line(['dag', 'put'], Buffer.from(JSON.stringify({ leaf: { '/': leaf }, n: 1 })))
    await pin(leaf)
    await pin(cid)
  })
})
