import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toFault } from '../kernel/faults.ts'
import { formFiles, type FormLimits } from './multipart.ts'

const limits: FormLimits = { fields: 3, fieldBytes: 1000 }
const server = createServer(async (incoming, outgoing) => {
  const files: string[] = []
  try {
    for await (const { path, bytes } of formFiles(incoming, limits)) {
      let length = 0
      for await (const piece of bytes) length += piece.length
      files.push(`${path} ${length}`)
    }
    outgoing.end(files.join('\n'))
  } catch (error) {
    outgoing.writeHead(toFault(error).status).end()
    incoming.destroy()
  }
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

const part = (disposition: string) => `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`

/** Sends it until it is answered; what comes, and how much was sent. */
async function post(body: Iterable<string | Buffer>): Promise<{ status?: number; text: string; sent: number }> {
  const { port } = server.address() as AddressInfo
  const sending = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' } })
  sending.on('error', () => {})
  const answered = once(sending, 'response').catch(() => [undefined])
  let sent = 0
  let over = false
  void answered.then(() => (over = true))
  for (const piece of body) {
    if (over || sending.destroyed) break
    sent += piece.length
    if (!sending.write(piece)) await Promise.race([once(sending, 'drain').catch(() => {}), answered])
  }
  sending.end()
  const [response] = await answered
  let text = ''
  if (response) for await (const piece of response) text += String(piece)
  return { status: response?.statusCode, text, sent }
}

test('files of any size come with their names', async () => {
  const large = Buffer.alloc(20 << 20, 'x')
  const { text } = await post([part('name="a"; filename="a.txt"'), 'abc\r\n', part('name="a"; filename="large"'), large, '\r\n', part('name="word"'), 'y\r\n--b--\r\n'])
  expect(text).toBe(`a.txt 3\nlarge ${20 << 20}`)
})

test('what is no file has an end', async () => {
  function* endless(disposition: string) {
    yield part(disposition)
    for (let i = 0; i < 200; i++) yield Buffer.alloc(1 << 20, 'y')
  }
  for (const disposition of ['name="word"', 'name="file"; filename=""']) {
    const { status, sent } = await post(endless(disposition))
    expect([413, undefined]).toContain(status)
    expect(sent).toBeLessThan(50 << 20)
  }
})
