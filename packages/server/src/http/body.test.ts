import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { readBody } from './body.ts'

let server: Server
afterEach(() => void server.close())

/** A server that does this with each request, and where it is. */
async function serve(handle: (incoming: IncomingMessage) => Promise<string>): Promise<number> {
  server = createServer((incoming, outgoing) => {
    handle(incoming).then(
      (text) => outgoing.end(text),
      (error: Error) => outgoing.destroyed || outgoing.writeHead(400).end(error.message),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function post(port: number, body: Uint8Array | ReadableStream): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, duplex: 'half' } as RequestInit)).text()
}

function numbered(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => (i * 31 + (i >> 8)) & 255)
}

test.each([0, 1, 65_536, 1_048_575, 1_048_576, 1_048_577, 5_000_000])('%i bytes come whole and in order', async (length) => {
  let got = Buffer.alloc(0)
  const port = await serve(async (incoming) => {
    const slabs = await Array.fromAsync(readBody(incoming))
    got = Buffer.concat(slabs)
    return String(slabs.length)
  })
  expect(Number(await post(port, numbered(length)))).toBe(Math.ceil(length / 1_048_576))
  expect(got.equals(numbered(length))).toBe(true)
})

test('a body of unknown length', async () => {
  const port = await serve(async (incoming) => String((await Array.fromAsync(readBody(incoming))).reduce((sum, { length }) => sum + length, 0)))
  const pieces = Array.from({ length: 300 }, (_, i) => numbered(i * 50))
  expect(Number(await post(port, Readable.toWeb(Readable.from(pieces)) as ReadableStream))).toBe(pieces.reduce((sum, { length }) => sum + length, 0))
})

test('a reader that is slow holds the client back', async () => {
  let most = 0
  const port = await serve(async (incoming) => {
    for await (const slab of readBody(incoming)) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      most = Math.max(most, slab.length + incoming.readableLength)
    }
    return 'done'
  })
  expect(await post(port, numbered(6_000_000))).toBe('done')
  expect(most).toBeLessThan(3 * 1_048_576)
})

test('a client that goes away in the middle is ABORTED, not the end', async () => {
  let outcome = ''
  const port = await serve(async (incoming) => {
    try {
      for await (const _ of readBody(incoming));
      outcome = 'ended'
    } catch (error) {
      outcome = (error as { code: string }).code
    }
    return ''
  })
  const call = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 10_000_000 } })
  call.on('error', () => {})
  call.write(numbered(200_000), () => setTimeout(() => call.destroy(), 20))
  for (const end = Date.now() + 5000; outcome === '' && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(outcome).toBe('ABORTED')
})

test('slabs are filled again where the reader allows it', async () => {
  const memory = new Set<ArrayBufferLike>()
  const copies: Uint8Array[] = []
  const port = await serve(async (incoming) => {
    for await (const slab of readBody(incoming, { reuse: true })) {
      memory.add(slab.buffer)
      await new Promise((resolve) => setTimeout(resolve, 1))
      copies.push(slab.slice())
    }
    return String(memory.size)
  })
  expect(Number(await post(port, numbered(20_000_000)))).toBeLessThan(5)
  expect(Buffer.concat(copies).equals(numbered(20_000_000))).toBe(true)
})
