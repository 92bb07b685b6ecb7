import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'

/** Where a server of the domain name system listens. */
export interface DnsServer {
  address: string
  port: number
}

/** `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
export function parseServer(text: string): DnsServer {
  const [, bracketed, bracketedPort, plain, port] = /^(?:\[(.+)\](?::(\d+))?|([^:]+)(?::(\d+))?)$/.exec(text) ?? []
  return { address: bracketed ?? plain ?? text, port: Number(bracketedPort ?? port ?? 53) }
}

/** Sends a question in one packet; `read` gives undefined for packets that are no answer to it. */
export function overUdp<T>({ address, port }: DnsServer, question: Buffer, read: (answer: Buffer) => T | undefined, signal: AbortSignal): Promise<T> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    socket.on('error', reject)
    socket.on('message', (answer) => {
      try {
        const found = read(answer)
        if (found !== undefined) resolve(found)
      } catch (error) {
        reject(error as Error)
      }
    })
    // Connected, so that the system drops what others send. Where that is not possible (no way to that network), the event does not come.
    socket.on('connect', () => socket.send(question)).connect(port, address)
  }).finally(() => socket.close())
}

/** The same over a connection, for answers that are too large for a packet: each message after its length. */
export async function overTcp<T>({ address, port }: DnsServer, question: Buffer, read: (answer: Buffer) => T | undefined, signal: AbortSignal): Promise<T> {
  const socket = connect({ host: address, port, signal })
  try {
    socket.write(Buffer.concat([Buffer.of(question.length >> 8, question.length & 255), question]))
    let bytes = Buffer.alloc(0)
    for await (const piece of socket) {
      bytes = Buffer.concat([bytes, piece as Buffer])
      if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) continue
      const found = read(bytes.subarray(2, 2 + bytes.readUInt16BE(0)))
      if (found !== undefined) return found
      break
    }
    throw new Error('the server broke off')
  } finally {
    socket.destroy()
  }
}
