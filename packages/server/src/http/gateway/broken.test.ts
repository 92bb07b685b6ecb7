import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { profiles } from '@thole/dag'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cidsIn, openTestGateway } from './gateway.fixture.ts'
import { listen } from './listen.fixture.ts'

const megabyte = 1024 * 1024
const content = Buffer.concat([1, 2, 3, 4].map((n) => Buffer.alloc(megabyte, n)))
const formats = ['', '?format=car', '?format=car&dag-scope=entity', '?format=tar']

/** A file of four leaves, of which the last is missing where that is said. */
async function openWithFile({ torn = false } = {}) {
  const gateway = await openTestGateway()
  const cid = await (async () => {
    await using whole = await openTestGateway()
    const cid = await whole.file(content)
    const { bytes } = await whole.ask(`/ipfs/${cid}?format=car`)
    const last = await whole.file(content.subarray(3 * megabyte))
    await gateway.car(bytes, torn ? [last.toString()] : [])
    return cid
  })()
  return { gateway, cid, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
}

test.each(formats)('a block that is missing further on cuts the connection: "%s"', async (format) => {
  await using torn = await openWithFile({ torn: true })
  await using server = await listen(torn.gateway)
  await expect(server.get(`/ipfs/${torn.cid}${format}`)).rejects.toThrow('aborted')
  expect(server.logged).toMatchObject([{ code: 'NOT_FOUND' }])
  expect((await server.get(`/ipfs/${torn.cid}${format}`, {}, 'HEAD')).status).toBe(200)
  expect((await server.get(`/ipfs/${torn.cid}`, { range: 'bytes=0-3' })).status).toBe(206)
})

test.each(['', '/', '/a/b', '?format=raw', '?format=car', '?format=tar', '?format=dag-json'])('a root that is missing is a clean 404: "%s"', async (rest) => {
  await using gateway = await openTestGateway()
  await using server = await listen(gateway)
  for (const method of ['GET', 'HEAD']) expect((await server.get(`/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi${rest}`, {}, method)).status).toBe(404)
  expect(server.logged).toEqual([])
})

test('a shard that is missing cuts the list of its directory', async () => {
  await using whole = await openTestGateway()
  const files = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}`, '']))
  const cid = await whole.directory(files, { ...profiles['unixfs-v1-2025'], shard: { by: 'entries', from: 100 } })
  const car = await whole.ask(`/ipfs/${cid}?format=car&dag-scope=entity`)
  const shards = await cidsIn(car.bytes)
  await using torn = await openTestGateway()
  await torn.car(car.bytes, [shards.at(-1)!])
  await using server = await listen(torn)
  await expect(server.get(`/ipfs/${cid}/`)).rejects.toThrow('aborted')
  await expect(server.get(`/ipfs/${cid}?format=car&dag-scope=entity`)).rejects.toThrow('aborted')
})

test('a client may leave at any byte, which nobody logs', async () => {
  await using file = await openWithFile()
  await using server = await listen(file.gateway)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...formats), fc.nat(2 * megabyte), async (format, bytes) => {
      const socket = connect(server.port, '127.0.0.1')
      socket.write(`GET /ipfs/${file.cid}${format} HTTP/1.1\r\nHost: h\r\n\r\n`)
      await readAtLeast(socket, bytes)
      socket.destroy()
    }),
    { numRuns: 40 },
  )
  expect((await server.get(`/ipfs/${file.cid}`)).body.equals(content)).toBe(true)
  expect(server.logged).toEqual([])
})

async function readAtLeast(socket: Socket, bytes: number): Promise<void> {
  for (let read = 0; read < bytes; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    read += chunk.length
  }
}
