import { beforeAll, describe, expect, test } from 'vitest'
import { pattern } from '../support/api.ts'
import { noKubo } from '../support/kubo.ts'
import { gatewayBytes, usePair } from './pair.ts'

interface ListedPin {
  Status: string
  Cid: string
  Name: string
}

describe.skipIf(noKubo)(`\`ipfs pin remote\`${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair()
  const remote = (...args: string[]) => pair.kubo.line(['pin', 'remote', ...args])
  const list = async (...args: string[]) =>
    (await remote('ls', '--service=thole', '--enc=json', ...args)).split('\n').filter(Boolean).map((line) => JSON.parse(line) as ListedPin)

  beforeAll(async () => {
    await remote('service', 'add', 'thole', `${pair.server.url}/psa`, pair.key)
    await remote('service', 'add', 'locked', `${pair.server.url}/psa`, 'not-a-key')
  })

  test('a blocking add of what only that Kubo holds ends pinned, and the gateway serves it', async () => {
    const bytes = pattern(3_000_000, 40)
    const cid = await pair.kubo.line(['add', '-Q'], bytes)
    const told = await remote('add', '--service=thole', '--name=mine', cid)
    expect(told).toContain('pinned')
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${cid}`), bytes)).toBe(0)
    expect(await list(`--cid=${cid}`)).toEqual([{ Status: 'pinned', Cid: cid, Name: 'mine' }])
    expect(await list('--name=mine')).toHaveLength(1)
  })

  test('an add in the background of what nobody has is listed as it is, and can be removed', async () => {
    const cid = await pair.kubo.line(['add', '-Q', '--only-hash'], pattern(10_000, 41))
    await remote('add', '--service=thole', '--name=nowhere', '--background', cid)
    expect(await list(`--cid=${cid}`)).toEqual([])
    expect(await list(`--cid=${cid}`, '--status=queued,pinning')).toMatchObject([{ Cid: cid, Name: 'nowhere' }])
    await remote('rm', '--service=thole', `--cid=${cid}`, '--status=queued,pinning')
    expect(await list(`--cid=${cid}`, '--status=queued,pinning,pinned,failed')).toEqual([])
  })

  test('a list of several pages, and `rm` that asks for --force before it removes several', async () => {
    const cid = await pair.kubo.line(['add', '-Q'], pattern(2000, 42))
    for (let i = 0; i < 25; i++) await remote('add', '--service=thole', '--name=many', cid)
    expect(await list('--name=many')).toHaveLength(25)
    await expect(remote('rm', '--service=thole', '--name=many')).rejects.toThrow(/--force/)
    await remote('rm', '--service=thole', '--name=many', '--force')
    expect(await list('--name=many')).toEqual([])
  })

  test('`service ls --stat` counts per status, and shows a refused key as invalid', async () => {
    const cid = await pair.kubo.line(['add', '-Q'], pattern(3000, 43))
    await remote('add', '--service=thole', '--name=counted', cid)
    const { body } = await pair.api.json('/psa/pins?limit=1&status=pinned')
    const { RemoteServices: services } = JSON.parse(await remote('service', 'ls', '--stat', '--enc=json')) as { RemoteServices: { Service: string; Stat: object }[] }
    const stat = Object.fromEntries(services.map(({ Service, Stat }) => [Service, Stat]))
    expect(stat.thole).toEqual({ Status: 'valid', PinCount: { Queued: 0, Pinning: 0, Pinned: body.count, Failed: 0 } })
    expect(body.count).toBeGreaterThan(0)
    expect(stat.locked).toMatchObject({ Status: 'invalid' })
  })

  test('a wrong key gets our own words', async () => {
    await expect(remote('ls', '--service=locked')).rejects.toThrow(/reason: "UNAUTHORIZED", details: "\S.*"/)
  })
})
