import { describe, expect, test } from 'vitest'
import { client, eventually, pattern, rawBlock } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo } from '../support/kubo.ts'
import { startValve } from '../support/valve.ts'
import { gatewayBytes, usePair } from './pair.ts'

describe.skipIf(noKubo)(`pins of what only a Kubo holds${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair({ variables: { THOLE_FETCH_DEADLINE: '5' } })
  const statusOf = async (id: string) => (await pair.api.json(`/psa/pins/${id}`)).body

  /** Bytes that Kubo gave away so far. */
  async function sentByKubo(): Promise<number> {
    return (JSON.parse(await pair.kubo.line(['bitswap', 'stat', '--enc=json'])) as { DataSent: number }).DataSent
  }

  async function pin(cid: string) {
    const added = await pair.api.post('/psa/pins', { cid, origins: pair.kubo.addresses })
    expect(added.status).toBe(202)
    expect(['queued', 'pinning']).toContain(added.body.status)
    return added.body.requestid as string
  }

  // The first, since a peer that is connected is not dialled through the valve.
  test('a second account that pins the same meanwhile: one fetch, and both are pinned', async () => {
    const other = client(pair.server.url, await pair.server.createKey(undefined, 'other@example.org'))
    const length = 8 * 2 ** 20
    const cid = await pair.kubo.line(['add', '-Q', '--chunker=size-16384'], pattern(length, 31))
    const [, port, peer] = /\/tcp\/(\d+)(\/p2p\/.+)$/.exec(pair.kubo.addresses[0]!)!
    const valve = await startValve(Number(port))
    try {
      const half = valve.letThrough(length / 2)
      const origins = [`/ip4/127.0.0.1/tcp/${valve.port}${peer}`]
      const before = await sentByKubo()
      const first = (await pair.api.post('/psa/pins', { cid, origins })).body.requestid as string
      await half
      const second = (await other.post('/psa/pins', { cid, origins })).body.requestid as string
      expect((await other.json(`/psa/pins/${second}`)).body.status).toMatch(/queued|pinning/)
      void valve.letThrough(Infinity)
      await eventually(() => statusOf(first), ({ status }) => status === 'pinned')
      await eventually(async () => (await other.json(`/psa/pins/${second}`)).body, ({ status }) => status === 'pinned')
      expect((await sentByKubo()) - before).toBeLessThan(1.3 * length)
    } finally {
      await valve.close()
    }
  })

  test('a file of 5 MiB: queued or pinning, then pinned, and the gateway serves it', async () => {
    const bytes = pattern(5 * 2 ** 20, 30)
    const cid = await pair.kubo.line(['add', '-Q'], bytes)
    expect((await fetch(`${pair.server.url}/ipfs/${cid}`)).status).toBe(404)
    const id = await pin(cid)
    const pinned = await eventually(() => statusOf(id), ({ status }) => status === 'pinned')
    expect(pinned.pin).toMatchObject({ cid, origins: pair.kubo.addresses })
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}`), bytes)).toBe(0)
    expect((await pair.api.json(`/api/v1/dags/${cid}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
  })

  test('a directory of 400 files', async () => {
    const content = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`folder-${i % 7}/file-${i}.bin`, pattern(4000 + i, i)]))
    await using folder = await temporaryFolder(content)
    const cid = await pair.kubo.line(['add', '-Q', '-r', folder.path])
    const id = await pin(cid)
    await eventually(() => statusOf(id), ({ status }) => status === 'pinned')
    for (const name of ['folder-0/file-0.bin', 'folder-3/file-199.bin', 'folder-0/file-399.bin']) {
      expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}/${name}`), content[name]!)).toBe(0)
    }
  })

  test('what nobody has: a reason that tells who was asked, then failed at the deadline', async () => {
    const cid = rawBlock(Buffer.from('not even Kubo has this')).cid.toString()
    const started = Date.now()
    const id = await pin(cid)
    const waiting = await eventually(() => statusOf(id), ({ info }) => /asked 1 peer: 1 .* not /.test(info.status_details), 4500)
    expect(['queued', 'pinning']).toContain(waiting.status)
    const failed = await eventually(() => statusOf(id), ({ status }) => status === 'failed')
    expect(failed.info.status_details).toMatch(/deadline/i)
    expect(Date.now() - started).toBeGreaterThan(4500)
    expect((await fetch(`${pair.server.url}/ipfs/${cid}`)).status).toBe(404)
  })
})

describe.skipIf(noKubo)(`pins of what a Kubo holds that this server may not dial${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair({ variables: { THOLE_DIAL_PRIVATE: 'false' } })

  test('come over the connection that Kubo opens to our delegate', async () => {
    const bytes = pattern(2_000_000, 33)
    const cid = await pair.kubo.line(['add', '-Q'], bytes)
    await pair.kubo.ipfs(['pin', 'remote', 'service', 'add', 'thole', `${pair.server.url}/psa`, pair.key])
    expect(await pair.kubo.line(['swarm', 'peers'])).toBe('')
    expect(await pair.kubo.line(['pin', 'remote', 'add', '--service=thole', cid])).toContain('pinned')
    const { delegates, pin } = (await pair.api.json(`/psa/pins?cid=${cid}`)).body.results[0] as { delegates: string[]; pin: { origins: string[] } }
    expect(pin.origins.length).toBeGreaterThan(0)
    expect(await pair.kubo.line(['swarm', 'peers'])).toBe(delegates[0])
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}`), bytes)).toBe(0)
  })
})
