import { Agent, request } from 'node:http'

export interface Ask {
  method: string
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
}

export interface Answer {
  status: number
  /** All of them, as text. */
  headers: string
  cookies: readonly string[]
  body: Buffer
}

export interface Asker {
  ask(ask: Ask, more?: Readonly<Record<string, string>>): Promise<Answer>
  /** Answers that came. */
  count(): number
  close(): void
}

/** Calls over so many connections that are kept open. */
export function asker(url: string, connections: number): Asker {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const { hostname, port } = new URL(url)
  let count = 0
  return {
    ask: ({ method, path, headers, body }, more) =>
      new Promise((resolve, reject) => {
        // Its answer begins and does not end: nobody waits for the end of events.
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const sent = request({ agent, hostname, port, method, path, headers: { ...length, ...headers, ...more } }, (response) => {
          const chunks: Buffer[] = []
          const end = () => {
            count++
            resolve({ status: response.statusCode!, headers: response.rawHeaders.join('\n'), cookies: response.headers['set-cookie'] ?? [], body: Buffer.concat(chunks) })
          }
          response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', end).on('error', reject)
          if (response.headers['content-type']?.startsWith('text/event-stream')) {
            setTimeout(() => {
              end()
              response.off('error', reject).on('error', () => {}).destroy()
            }, streamMs)
          }
        })
        sent.on('error', reject).setTimeout(patienceMs, () => sent.destroy(new Error(`no answer to ${method} ${path} within ${patienceMs} ms`)))
        sent.end(body)
      }),
    count: () => count,
    close: () => agent.destroy(),
  }
}

const patienceMs = 60_000
/** How long a stream of events is listened to. */
const streamMs = 200

export function jsonOf(answer: Answer): any {
  return JSON.parse(answer.body.toString())
}
