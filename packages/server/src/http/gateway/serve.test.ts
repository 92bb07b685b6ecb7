import { expect, test } from 'vitest'
import { openTestGateway } from './gateway.fixture.ts'
import { listen } from './listen.fixture.ts'

test('the gateway answers its own addresses on a server that has others', async () => {
  await using gateway = await openTestGateway()
  await using server = await listen(gateway)
  const content = Buffer.alloc(5 * 1024 * 1024, 'thole')
  const cid = await gateway.directory({ 'a b/big.bin': content, 'index.html': '<h1>hi</h1>' })
  expect((await server.get(`/ipfs/${cid}/a%20b/big.bin`)).body.equals(content)).toBe(true)
  expect(await server.get(`/ipfs/${cid}/?x`, { host: 'localhost' })).toMatchObject({ status: 301, headers: { location: `http://${cid}.ipfs.localhost/?x` } })
  expect((await server.get('/', { host: `${cid}.ipfs.localhost:1` })).body.toString()).toBe('<h1>hi</h1>')
  expect((await server.get('/', {})).body.toString()).toBe('another door')
  const head = await server.get(`/ipfs/${cid}/a%20b/big.bin`, {}, 'HEAD')
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(content.length), 0])
  expect(server.logged).toEqual([])
})

test('a first block that is missing is still a 404; a later one cuts the connection', async () => {
  await using whole = await openTestGateway()
  const content = Buffer.concat([1, 2, 3].map((n) => Buffer.alloc(1024 * 1024, n)))
  const cid = await whole.file(content)
  const { bytes } = await whole.ask(`/ipfs/${cid}?format=car`)
  const first = await whole.file(content.subarray(0, 1024 * 1024))
  const last = await whole.file(content.subarray(2 * 1024 * 1024))

  await using headless = await openTestGateway()
  await headless.car(bytes, [first.toString()])
  await using one = await listen(headless)
  const refused = await one.get(`/ipfs/${cid}?filename=x.txt`)
  expect(refused.status).toBe(404)
  expect(refused.body.toString()).toContain(first.toString())

  await using tailless = await openTestGateway()
  await tailless.car(bytes, [last.toString()])
  await using two = await listen(tailless)
  await expect(two.get(`/ipfs/${cid}?filename=x.txt`)).rejects.toThrow('aborted')
  expect(two.logged).toMatchObject([{ code: 'NOT_FOUND' }])
  expect((await two.get(`/ipfs/${cid}`, { range: 'bytes=0-3' })).status).toBe(206)
})
