import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the delegated routing API, answering as it is told. */
export interface TestRouter {
  url: string
  /** Paths in order of arrival. */
  asked: string[]
  answer: RequestListener
  /** From now on it names these, one record a line. */
  name(records: readonly object[]): void
  stop(): Promise<void>
}

export async function startRouter(): Promise<TestRouter> {
  const server = createServer((request, response) => {
    router.asked.push(request.url ?? '')
    router.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const router: TestRouter = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: (_, response) => void response.writeHead(404).end(),
    name(records) {
      router.answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.end(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
      }
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return router
}
