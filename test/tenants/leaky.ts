import { once } from 'node:events'
import { createServer, request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Bug {
  /** With whose credentials the server is asked in truth. */
  headers?(headers: IncomingHttpHeaders): IncomingHttpHeaders
  /** What of the answer is changed. */
  answer?(method: string, headers: IncomingHttpHeaders, answer: { status: number; text: string }): { status?: number; text?: string; headers?: Record<string, string> } | undefined
}

/** The server as it would be with a bug: its doors, behind one that is not as careful. */
export async function startLeaky(url: string, bug: Bug): Promise<{ url: string } & AsyncDisposable> {
  const { hostname, port } = new URL(url)
  const front = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url: path = '/' } = incoming
    const asked = request({ hostname, port, method, path, headers: bug.headers?.(incoming.headers) ?? incoming.headers })
    incoming.pipe(asked)
    const [answer] = await once(asked, 'response')
    const chunks: Buffer[] = await Array.fromAsync(answer)
    const told = { status: answer.statusCode as number, text: Buffer.concat(chunks).toString('latin1') }
    const changed = bug.answer?.(method, incoming.headers, told)
    const body = Buffer.from(changed?.text ?? told.text, 'latin1')
    const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers as Record<string, string>
    outgoing.writeHead(changed?.status ?? told.status, { ...headers, ...changed?.headers, ...(method === 'HEAD' ? {} : { 'content-length': body.length }) }).end(body)
  })
  await once(front.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      front.close()
      front.closeAllConnections()
    },
  }
}
