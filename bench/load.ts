import { connect } from 'node:net'

/**
 * The load generator, a program of its own: `load.ts URL CONNECTIONS SECONDS` asks for one URL over so many kept connections, the
 * next request of each when its answer is whole, and prints what came in the seconds after a warm-up as JSON. Raw sockets, since
 * an HTTP client of Node's would cost more than the servers that it measures.
 */
export interface Load {
  responses: number
  bytes: number
  seconds: number
}

const [address = '', connections = '1', seconds = '1'] = process.argv.slice(2)
const url = new URL(address)
const question = `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`
const warmUp = 500
let responses = 0
let bytes = 0

for (let i = 0; i < Number(connections); i++) keepAsking()
setTimeout(() => {
  const before = { responses, bytes, at: performance.now() }
  setTimeout(() => {
    const load: Load = { responses: responses - before.responses, bytes: bytes - before.bytes, seconds: (performance.now() - before.at) / 1000 }
    process.stdout.write(`${JSON.stringify(load)}\n`)
    process.exit(0)
  }, Number(seconds) * 1000)
}, warmUp)

function keepAsking(): void {
  let head = ''
  let awaited = 0
  const read = (length: number, buffer: Uint8Array) => {
    for (let at = 0; at < length; ) {
      if (awaited === 0) {
        const text = head + Buffer.from(buffer.buffer, buffer.byteOffset + at, length - at).toString('latin1')
        const end = text.indexOf('\r\n\r\n')
        if (end < 0) {
          head = text
          return true
        }
        at += end + 4 - head.length
        awaited = bodyLength(text.slice(0, end + 2))
        head = ''
      }
      const taken = Math.min(awaited, length - at)
      at += taken
      bytes += taken
      awaited -= taken
      if (awaited > 0) continue
      responses++
      socket.write(question)
    }
    return true
  }
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread: { buffer: Buffer.alloc(2 ** 18), callback: read } })
  socket.on('connect', () => socket.write(question))
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
}

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) fail(new Error(`not an answer of known length: ${head}`))
  return Number(length)
}

function fail(error: Error): never {
  process.stderr.write(`${address}: ${error.message}\n`)
  process.exit(1)
}
