import { describe, expect, test } from 'vitest'
import { form, pattern } from '../support/api.ts'
import { noKubo } from '../support/kubo.ts'
import { usePair } from './pair.ts'

describe.skipIf(noKubo)(`Kubo fetches from Thole over Bitswap${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair()

  test('a file and a directory that only Thole holds', async () => {
    const big = pattern(5 * 2 ** 20, 50)
    const file = (await pair.api.upload(big)).body.roots[0].cid as string
    const folder = (await pair.api.upload(form({ 'a/b/c.bin': big.subarray(0, 1_500_000), 'readme.txt': 'read me' }))).body.roots[0].cid as string
    const { delegates } = (await pair.api.post('/psa/pins', { cid: file })).body as { delegates: string[] }
    await expect(pair.kubo.ipfs(['cat', '--offline', file])).rejects.toThrow(/not found/)

    await pair.kubo.ipfs(['swarm', 'connect', delegates[0]!])
    expect(Buffer.compare(await pair.kubo.ipfs(['cat', '--timeout=30s', file]), big)).toBe(0)
    const car = await pair.kubo.ipfs(['dag', 'export', '--progress=false', '--timeout=30s', folder])
    expect(car.length).toBeGreaterThan(1_500_000)
    expect((await pair.kubo.ipfs(['cat', '--offline', `${folder}/readme.txt`])).toString()).toBe('read me')
  })

  test('`ipfs pin add` of a sharded directory, whole', async () => {
    const files = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${'long-name-'.repeat(10)}${i}.txt`, `file ${i}`]))
    const { body } = await pair.api.upload(form(files))
    const root = body.roots[0].cid as string
    const { delegates } = (await pair.api.post('/psa/pins', { cid: root })).body as { delegates: string[] }
    await pair.kubo.ipfs(['swarm', 'connect', delegates[0]!])
    await pair.kubo.ipfs(['pin', 'add', '--progress=false', '--timeout=40s', root])
    expect(await pair.kubo.line(['pin', 'ls', '--type=recursive', root])).toContain('recursive')
    const names = (await pair.kubo.ipfs(['ls', '--offline', '--size=false', '--resolve-type=false', root])).toString().trim().split('\n')
    expect(names).toHaveLength(3000)
  })

  test('what nothing holds any more is not served', async () => {
    const { body } = await pair.api.upload(pattern(5000, 51))
    const { delegates } = (await pair.api.post('/psa/pins', { cid: body.roots[0].cid })).body as { delegates: string[] }
    expect((await pair.api.call(`/api/v1/uploads/${body.id}`, { method: 'DELETE' })).status).toBe(204)
    const { body: left } = await pair.api.json(`/psa/pins?cid=${body.roots[0].cid}`)
    for (const { requestid } of left.results) await pair.api.call(`/psa/pins/${requestid}`, { method: 'DELETE' })
    await pair.kubo.ipfs(['swarm', 'connect', delegates[0]!])
    await expect(pair.kubo.ipfs(['cat', '--timeout=2s', body.roots[0].cid])).rejects.toThrow(/deadline exceeded|not found/)
  })
})
