import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../../ports/log.ts'
import type { Metrics } from './index.ts'

export interface MetricsServer {
  port: number
  close(): Promise<void>
}

/** `/metrics` on a port of its own, to everybody who may connect. */
export async function serveMetrics({ metrics, host, port, log }: { metrics: Metrics; host: string; port: number; log: Log }): Promise<MetricsServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
    if (incoming.method !== 'GET' || incoming.url?.split('?', 1)[0] !== '/metrics') return void outgoing.writeHead(404, plain).end('There is /metrics here.\n')
    metrics.scrape().then(
      ({ type, text }) => outgoing.writeHead(200, { 'content-type': type }).end(text),
      (error: unknown) => {
        log.error({ error }, 'the metrics cannot be told')
        outgoing.writeHead(500, plain).end('The log says why.\n')
      },
    )
  })
  server.maxConnections = 16
  server.listen(port, host)
  await once(server, 'listening')
  const { port: found } = server.address() as AddressInfo
  log.info({ host, port: found }, 'metrics are told to whoever may connect here')
  return {
    port: found,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const plain = { 'content-type': 'text/plain; charset=utf-8' }
