import { describe, expect, test } from 'vitest'
import { pattern } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo } from '../support/kubo.ts'
import { gatewayBytes, usePair } from './pair.ts'

describe.skipIf(noKubo)(`CARs pass between Kubo and Thole${noKubo ? ` (${noKubo})` : ''}`, () => {
  const pair = usePair({ variables: { THOLE_NETWORK: 'none' } })
  const big = pattern(5 * 2 ** 20, 20)
  const content = { 'readme.txt': 'read me', 'docs/big.bin': big, 'docs/empty': '' }

  test('`ipfs dag export` is taken as an upload: same roots, same bytes', async () => {
    await using folder = await temporaryFolder(content)
    const root = await pair.kubo.line(['add', '-Q', '-r', folder.path])
    const car = await pair.kubo.ipfs(['dag', 'export', '--progress=false', root])
    const { status, body } = await pair.api.upload(car as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
    expect([status, body.roots.map(({ cid }: { cid: string }) => cid)]).toEqual([201, [root]])
    expect((await pair.api.json(`/api/v1/dags/${root}`)).body).toMatchObject({ state: 'complete', missingCount: 0 })
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${root}/docs/big.bin`), big)).toBe(0)
    expect(Buffer.from(await gatewayBytes(pair, `/ipfs/${root}/readme.txt`)).toString()).toBe('read me')
    expect(await gatewayBytes(pair, `/ipfs/${root}/docs/empty`)).toHaveLength(0)
  })

  test('a dag-cbor DAG with links into files', async () => {
    const file = await pair.kubo.line(['add', '-Q'], pattern(3_000_000, 21))
    const root = await pair.kubo.line(['dag', 'put'], Buffer.from(JSON.stringify({ title: 'two', parts: [{ '/': file }, { '/': file }] })))
    const car = await pair.kubo.ipfs(['dag', 'export', '--progress=false', root])
    const { body } = await pair.api.upload(car as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
    expect(body.roots[0].cid).toBe(root)
    expect((await pair.api.json(`/api/v1/dags/${root}`)).body.state).toBe('complete')
    const block = await pair.kubo.ipfs(['block', 'get', root])
    expect(Buffer.compare(await gatewayBytes(pair, `/ipfs/${root}?format=raw`), block)).toBe(0)
  })

  test('a CAR of Thole is taken by `ipfs dag import`: same root, same bytes', async () => {
    const bytes = pattern(4_500_000, 22)
    const { body } = await pair.api.upload(bytes)
    const cid = body.roots[0].cid as string
    const car = await gatewayBytes(pair, `/ipfs/${cid}?format=car`)
    await using folder = await temporaryFolder({ 'thole.car': car })
    const imported = await pair.kubo.line(['dag', 'import', '--enc=json', `${folder.path}/thole.car`])
    expect(JSON.parse(imported.split('\n')[0]!)).toMatchObject({ Root: { Cid: { '/': cid }, PinErrorMsg: '' } })
    expect(Buffer.compare(await pair.kubo.ipfs(['cat', '--offline', cid]), bytes)).toBe(0)
  })
})
