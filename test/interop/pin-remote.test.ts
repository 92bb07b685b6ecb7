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
  const pair = usePair({ variables: { THOLE_FETCH_DEADLINE: '5' } })
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

  test('an add that waits ends with an error where the content does not come, and is listed as failed', async () => {
    const cid = await pair.kubo.line(['add', '-Q', '--only-hash'], pattern(10_000, 44))
    await expect(remote('add', '--service=thole', '--name=lost', cid)).rejects.toThrow(/failed/)
    expect(await list('--name=lost', '--status=failed')).toEqual([{ Status: 'failed', Cid: cid, Name: 'lost' }])
    expect(await list('--name=lost', '--status=queued,pinning,pinned')).toEqual([])
  })

  test('a list of several pages shows each pin once, and every filter what it says', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `page ${i}`)
    const cids: string[] = []
    for (const [i, name] of names.entries()) {
      const cid = await pair.kubo.line(['add', '-Q'], pattern(1000 + i, 45))
      cids.push(cid)
      await remote('add', '--service=thole', `--name=${name}`, cid)
    }
    const all = (await list()).filter(({ Name }) => names.includes(Name))
    expect(all.map(({ Name }) => Name)).toEqual(names.toReversed())
    expect(await list('--name=page 7')).toEqual([{ Status: 'pinned', Cid: cids[7], Name: 'page 7' }])
    expect((await list(`--cid=${cids[3]},${cids[9]}`)).map(({ Name }) => Name).toSorted()).toEqual(['page 3', 'page 9'])
    for (const status of ['queued', 'pinning', 'failed']) expect(await list(`--cid=${cids[3]}`, `--status=${status}`)).toEqual([])
    expect(await list(`--cid=${cids[3]}`, '--name=page 4')).toEqual([])
  })

  test('`rm` asks for --force before it removes several, over several pages', async () => {
    const cid = await pair.kubo.line(['add', '-Q'], pattern(2000, 42))
    for (let i = 0; i < 12; i++) await remote('add', '--service=thole', '--name=many', cid)
    expect(await list('--name=many')).toHaveLength(12)
    await expect(remote('rm', '--service=thole', '--name=many')).rejects.toThrow(/--force/)
    await remote('rm', '--service=thole', '--name=many', '--force')
    expect(await list('--name=many')).toEqual([])
  })

  test('`service ls --stat` counts per status, and shows a refused key as invalid', async () => {
    const cid = await pair.kubo.line(['add', '-Q'], pattern(3000, 43))
    await remote('add', '--service=thole', '--name=counted', cid)
    const count = async (status: string) => (await pair.api.json(`/psa/pins?limit=1&status=${status}`)).body.count as number
    const [pinned, failed] = [await count('pinned'), await count('failed')]
    const { RemoteServices: services } = JSON.parse(await remote('service', 'ls', '--stat', '--enc=json')) as { RemoteServices: { Service: string; Stat: object }[] }
    const stat = Object.fromEntries(services.map(({ Service, Stat }) => [Service, Stat]))
    expect(stat.thole).toEqual({ Status: 'valid', PinCount: { Queued: 0, Pinning: 0, Pinned: pinned, Failed: failed } })
    expect(pinned).toBeGreaterThan(0)
    expect(stat.locked).toMatchObject({ Status: 'invalid' })
  })

  test('a wrong key gets our own words', async () => {
    await expect(remote('ls', '--service=locked')).rejects.toThrow(/reason: "UNAUTHORIZED", details: "\S.*"/)
  })
})
