import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestGateway } from './gateway.fixture.ts'
import { serveGateway } from './index.ts'

/** The gateway on a port, with another door beside it. */
export async function listen(gateway: TestGateway) {
  const logged: object[] = []
  const note = (data: object) => void logged.push(data)
  const log = { debug: note, info: note, warn: note, error: note }
  const handle = serveGateway({ retrieval: gateway.retrieval, names: gateway.names, log })
  const server = createServer((incoming, outgoing) => {
    if (!handle(incoming, outgoing)) outgoing.end('another door')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    logged,
    async get(path: string, headers: Record<string, string> = {}, method = 'GET') {
      const sent = request({ port, path, method, headers, host: '127.0.0.1' }).end()
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
