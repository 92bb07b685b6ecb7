import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A server of the domain name system on loopback, which knows TXT records alone. */
export interface TestDns {
  /** `127.0.0.1:port` */
  address: string
  /** By name; a number is the code of a failure, `mute` no answer at all. */
  records: Map<string, { texts: string[]; ttl: number; alias?: string } | number | 'mute'>
  asked: string[]
  /** Packets that are sent before the answer, made of that. */
  before?(answer: Buffer): Buffer[]
  stop(): Promise<void>
}

export async function startDns(): Promise<TestDns> {
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const { port } = udp.address()
  const tcp = createServer((socket) => {
    socket.on('error', () => {}).once('data', (bytes: Buffer) => {
      const whole = answerTo(bytes.subarray(2), Infinity)
      if (whole) socket.end(Buffer.concat([Buffer.of(whole.length >> 8, whole.length & 255), whole]))
    })
  })
  tcp.listen(port, '127.0.0.1')
  await once(tcp, 'listening')
  udp.on('message', (question, from) => {
    const answer = answerTo(question, 512)
    if (answer === undefined) return
    for (const packet of [...(dns.before?.(answer) ?? []), answer]) udp.send(packet, from.port, from.address)
  })

  function answerTo(question: Buffer, room: number): Buffer | undefined {
    const name = nameIn(question)
    dns.asked.push(name)
    const found = dns.records.get(name) ?? 3
    if (found === 'mute') return undefined
    const code = typeof found === 'number' ? found : 0
    const records = typeof found === 'number' ? [] : [...(found.alias ? [record(5, 7, encode(found.alias))] : []), ...found.texts.map((text) => record(16, found.ttl, strings(text)))]
    const whole = Buffer.concat([head(question, code, records.length), ...records])
    return whole.length <= room ? whole : head(question, code, 0, true)
  }

  const dns: TestDns = {
    address: `127.0.0.1:${port}`,
    records: new Map(),
    asked: [],
    async stop() {
      udp.close()
      tcp.close()
      await once(tcp, 'close')
    },
  }
  return dns
}

function nameIn(question: Buffer): string {
  const labels: string[] = []
  for (let at = 12; question[at]! > 0; at += 1 + question[at]!) labels.push(question.toString('latin1', at + 1, at + 1 + question[at]!))
  return labels.join('.')
}

function head(question: Buffer, code: number, count: number, truncated = false): Buffer {
  const bytes = Buffer.from(question)
  bytes[2] = 0x81 | (truncated ? 2 : 0)
  bytes[3] = 0x80 | code
  bytes.writeUInt16BE(count, 6)
  return bytes
}

/** Of the name that was asked for. */
function record(type: number, ttl: number, data: Buffer): Buffer {
  const bytes = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, 0])
  bytes.writeUInt32BE(ttl, 6)
  bytes.writeUInt16BE(data.length, 10)
  return Buffer.concat([bytes, data])
}

function encode(name: string): Buffer {
  return Buffer.concat([...name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])), Buffer.of(0)])
}

function strings(text: string): Buffer {
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length || at === 0; at += 255) parts.push(Buffer.concat([Buffer.of(Math.min(255, bytes.length - at)), bytes.subarray(at, at + 255)]))
  return Buffer.concat(parts)
}
