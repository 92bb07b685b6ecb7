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
  /** With those of the warm-up. */
  allResponses: number
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
const lineEnd = '\r\n'
/** Characters of a head that are looked at at once. */
const maxText = 4096
const body = wish.text === undefined ? randomBytes(wish.post ?? 0) : Buffer.from(wish.text)
const stars = [...body.keys()].filter((at) => wish.text !== undefined && body[at] === 0x2a)
const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz234567')
/** Since the beginning. */
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
      allResponses: responses,
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
  let asked = 0
  const ask = () => {
    asked = performance.now()
    if (body.length === 0) return socket.write(head)
    renew()
    return socket.write(Buffer.concat([head, body]))
  }
  const answers = reader(() => {
    responses++
    times.push(performance.now() - asked)
    ask()
  })
  const callback = (length: number, buffer: Uint8Array) => {
    answers(Buffer.from(buffer.buffer, buffer.byteOffset, length))
    return true
  }
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread: { buffer: Buffer.alloc(2 ** 18), callback } })
  socket.on('connect', ask)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
}

/** Reads one answer after the other, of known length or in chunks. */
function reader(done: () => void): (received: Buffer) => void {
  let state: 'head' | 'length' | 'bytes' | 'end' = 'head'
  let isChunked = false
  let started = ''
  let awaited = 0

  const nextAnswer = () => {
    state = 'head'
    done()
  }

  const readBytes = (received: Buffer, at: number) => {
    const taken = Math.min(awaited, received.length - at)
    bytes += taken
    awaited -= taken
    if (awaited === 0 && isChunked) {
      bytes -= lineEnd.length
      state = 'length'
    } else if (awaited === 0) nextAnswer()
    return at + taken
  }

  const readText = (text: string) => {
    if (state === 'head') {
      if (!/^HTTP\/1.1 20[0126] /.test(text)) fail(new Error(`not a good answer: ${text}`))
      isChunked = /\r\ntransfer-encoding: *chunked(\r\n|$)/i.test(text)
      awaited = isChunked ? 0 : bodyLength(text + lineEnd)
      state = isChunked ? 'length' : 'bytes'
      if (!isChunked && awaited === 0) nextAnswer()
    } else if (state === 'length') {
      const length = Number.parseInt(text, 16)
      awaited = length + lineEnd.length
      state = length > 0 ? 'bytes' : 'end'
    } else nextAnswer()
  }

  return (received) => {
    for (let at = 0; at < received.length; ) {
      if (state === 'bytes') {
        at = readBytes(received, at)
        continue
      }
      const mark = state === 'head' ? lineEnd + lineEnd : lineEnd
      const text = started + received.toString('latin1', at, at + maxText)
      const end = text.indexOf(mark)
      at += (end < 0 ? text.length : end + mark.length) - started.length
      started = end < 0 ? text : ''
      if (end >= 0) readText(text.slice(0, end))
    }
  }
}

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
  if (length === undefined) fail(new Error(`not an answer of known length: ${head}`))
  return Number(length)
}

function fail(error: Error): never {
  process.stderr.write(`${wish.url}: ${error.message}\n`)
  process.exit(1)
}
