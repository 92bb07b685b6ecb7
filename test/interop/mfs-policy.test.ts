import { beforeAll, describe, expect, test } from 'vitest'
import { eventually, pattern } from '../support/api.ts'
import { noKubo } from '../support/kubo.ts'
import { gatewayBytes, usePair } from './pair.ts'

interface Listed {
  requestid: string
  status: string
  created: string
  pin: { cid: string; name: string }
}

describe.skipIf(noKubo)(`Kubo's policy that keeps its MFS root pinned${noKubo ? ` (${noKubo})` : ''}`, () => {
  // How often Kubo looks whether something changed; the variable is for tests.
  const pair = usePair({ kubo: { MFS_PIN_POLL_INTERVAL: '200ms' } })
  const all = async () => (await pair.api.json('/psa/pins?status=queued,pinning,pinned,failed&limit=1000')).body.results as Listed[]
  const root = async () => JSON.parse(await pair.kubo.line(['files', 'stat', '--enc=json', '/'])) as { Hash: string }
  const isPinned = (cid: string) => (pins: Listed[]) => pins.length === 1 && pins[0]?.pin.cid === cid && pins[0].status === 'pinned'

  beforeAll(async () => {
    await pair.kubo.ipfs(['pin', 'remote', 'service', 'add', 'thole', `${pair.server.url}/psa`, pair.key])
    await pair.kubo.ipfs(['files', 'write', '--create', '/first.bin'], pattern(500_000, 70))
    await pair.kubo.ipfs(['config', '--json', 'Pinning.RemoteServices.thole.Policies.MFS', JSON.stringify({ Enable: true, PinName: '', RepinInterval: '1s' })])
  })

  test('pins the root under its name, follows a change by replacing it, and then leaves it alone', async () => {
    const first = (await root()).Hash
    const [pin] = await eventually(all, isPinned(first))
    expect(pin?.pin.name).toBe(`policy/${pair.kubo.peerId}/mfs`)

    const added = pattern(300_000, 71)
    await pair.kubo.ipfs(['files', 'write', '--create', '--parents', '/deep/er/second.bin'], added)
    const second = (await root()).Hash
    expect(second).not.toBe(first)
    const [replaced] = await eventually(all, isPinned(second))
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${second}/deep/er/second.bin`), added)).toBe(0)

    // Twenty times it looks, and several times it might pin again.
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(await all()).toEqual([replaced])
  })
})
