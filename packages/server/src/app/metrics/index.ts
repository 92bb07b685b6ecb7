import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Requests, RequestWatcher } from '../../http/requests.ts'
import type { Network } from '../../ports/network.ts'
import { networkMetrics } from './network.ts'
import { requestMetrics } from './requests.ts'
import { storeMetrics, type StoreMetricParts } from './store.ts'
import { workMetrics, type WorkMetricParts } from './work.ts'

export { serveMetrics } from './server.ts'
export { statusOf } from './requests.ts'

export interface MetricParts extends StoreMetricParts, WorkMetricParts {
  network: Network
  requests: Requests
  version: string
}

export interface Metrics {
  watcher: RequestWatcher
  /** From now on it knows what to tell. */
  begin(parts: MetricParts): void
  /** In the words of Prometheus. Those who ask at the same time get the same text. */
  scrape(): Promise<{ type: string; text: string }>
}

/** What those who watch the server see: bounded in number whatever happens, and without a name of anybody or of any content. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = requestMetrics(registers)
  let collect: () => Promise<void> = async () => {}
  let scraping: Promise<string> | undefined

  async function text(): Promise<string> {
    await collect()
    return registry.metrics()
  }

  return {
    watcher: requests.watcher,
    begin(parts) {
      new Gauge({ name: 'thole_info', help: 'Which version this is.', labelNames: ['version'], registers }).set({ version: parts.version }, 1)
      const rooms = [workMetrics(parts, registers), storeMetrics(parts, registers), networkMetrics(parts.network, registers)]
      collect = async () => {
        requests.collect(parts.requests)
        for (const room of rooms) await room()
      }
    },
    async scrape() {
      scraping ??= text().finally(() => (scraping = undefined))
      return { type: registry.contentType, text: await scraping }
    },
  }
}
