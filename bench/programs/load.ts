import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/**
 * The load generator, a program of its own: `load.ts WISH` asks for one URL over so many kept connections, the next request of
 * each when its answer is whole, and prints what came in the seconds after a warm-up, both as JSON. Raw sockets, since an HTTP
 * client of Node's would cost more than the servers that it measures.
 */
export interface Wish {
  url: string
  connections: number
  /** Without it, until standard input ends. */
  seconds?: number
  headers?: Record<string, string>
  /** API keys, shown by the connections in turn. */
  keys?: readonly string[]
  /** Posts so many bytes, new ones with each request. */
  post?: number
  /** Posts this text, a new letter of base32 for each `*` with each request. */
  text?: string
}

export interface Load {
  responses: number
  /** Of the answers' bodies. */
  bytes: number
  seconds: number
  /** Milliseconds within which half, and 99 of 100, of the answers came. */
  p50: number
  p99: number
}

const wish = JSON.parse(process.argv[2] ?? '{}') as Wish
const url = new URL(wish.url)
const warmUp = 500
const body = wish.text === undefined ? randomBytes(wish.post ?? 0) : Buffer.from(wish.text)
const stars = [...body.keys()].filter((at) => wish.text !== undefined && body[at] === 0x2a)
const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz234567')
let responses = 0
let bytes = 0
let times: number[] = []

for (let i = 0; i < wish.connections; i++) keepAsking(headOf(i))
setTimeout(() => {
  const before = { responses, bytes, at: performance.now() }
  times = []
  const tell = () => {
    const sorted = Float64Array.from(times).sort()
    const load: Load = {
      responses: responses - before.responses,
      bytes: bytes - before.bytes,
      seconds: (performance.now() - before.at) / 1000,
      p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    }
    process.stdout.write(`${JSON.stringify(load)}\n`, () => process.exit(0))
  }
  if (wish.seconds === undefined) process.stdin.resume().once('end', tell)
  else setTimeout(tell, wish.seconds * 1000)
}, warmUp)

function headOf(connection: number): Buffer {
  const headers: Record<string, string | number> = { host: url.host, ...wish.headers }
  if (wish.keys) headers.authorization = `Bearer ${wish.keys[connection % wish.keys.length]}`
  if (body.length > 0) headers['content-length'] = body.length
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`${body.length > 0 ? 'POST' : 'GET'} ${url.pathname}${url.search} HTTP/1.1`, ...lines, '\r\n'].join('\r\n'))
}

function renew(): void {
  if (wish.text === undefined) randomBytes(8).copy(body)
  else randomBytes(stars.length).forEach((random, i) => (body[stars[i]!] = letters[random % 32]!))
}

function keepAsking(head: Buffer): void {
  let started = ''
  let awaited = 0
  let asked = 0
  const ask = () => {
    asked = performance.now()
    if (body.length === 0) return socket.write(head)
    renew()
    return socket.write(Buffer.concat([head, body]))
  }
  const read = (length: number, buffer: Uint8Array) => {
    for (let at = 0; at < length; ) {
      if (awaited === 0) {
        const text = started + Buffer.from(buffer.buffer, buffer.byteOffset + at, length - at).toString('latin1')
        const end = text.indexOf('\r\n\r\n')
        if (end < 0) {
          started = text
          return true
        }
        at += end + 4 - started.length
        awaited = bodyLength(text.slice(0, end + 2))
        started = ''
      }
      const taken = Math.min(awaited, length - at)
      at += taken
      bytes += taken
      awaited -= taken
      if (awaited > 0) continue
      responses++
      times.push(performance.now() - asked)
      ask()
    }
    return true
  }
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread: { buffer: Buffer.alloc(2 ** 18), callback: read } })
  socket.on('connect', ask)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
}

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
  if (!/^HTTP\/1.1 20[0126] /.test(head) || length === undefined) fail(new Error(`not an answer of known length: ${head}`))
  return Number(length)
}

function fail(error: Error): never {
  process.stderr.write(`${wish.url}: ${error.message}\n`)
  process.exit(1)
}
