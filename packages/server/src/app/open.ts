import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openDiskStore } from '../blocks/index.ts'
import type { Config } from '../config/config.ts'
import { createAccounts, createKeys, createSetup } from '../domain/accounts/index.ts'
import { createDags, createFetcher } from '../domain/dags/index.ts'
import { createPins } from '../domain/pins/index.ts'
import { createRetrieval } from '../domain/retrieval/index.ts'
import { createUploads } from '../domain/uploads/index.ts'
import { serveGateway } from '../http/gateway/index.ts'
import { createHttpServer } from '../http/server.ts'
import { dashboard } from '../http/web/static.ts'
import { fetchDag } from '../jobs/fetch-dag.ts'
import { createQueue } from '../jobs/queue.ts'
import { settlePartials } from '../jobs/settle-partials.ts'
import { openTokens } from '../services/tokens/index.ts'
import { systemClock as clock } from './clock.ts'
import { openDatabase } from './database.ts'
import { instanceFacts } from './instance-facts.ts'
import { openLog } from './log.ts'
import { openNetwork } from './network.ts'
import { openSignIn } from './sign-in.ts'
import { version } from './version.ts'

export interface App {
  /** Where it listens, without a trailing slash. */
  url: string
  /** A fresh token for the set-up link while there is no admin. */
  setupToken(): Promise<string | undefined>
  /** Ends in order: no new requests, running ones finish, jobs give their leases back. */
  close(): Promise<void>
}

/** The one place where the parts are put together. What was opened is closed in reverse order, also when a later part fails to open. */
export async function openApp(config: Config): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const log = openLog(config.log)

  const db = opened.adopt(await openDatabase(config), (it) => it.close())
  const blocks = opened.adopt(await openDiskStore({ folder: config.blocks.folder, log }), (it) => it.close())
  const retrieval = opened.adopt(createRetrieval({ db, blocks }), (it) => it.close())
  const network = opened.adopt(await openNetwork(config, log), (it) => it.close())
  // It takes longest to start, so the rest is made ready meanwhile.
  const networkUp = network.start(retrieval.server)
  const tokens = await openTokens(db)
  const signIn = openSignIn(config, db)

  const accounts = createAccounts({ db, signIn, clock })
  const keys = createKeys({ db, tokens, clock })
  const setup = createSetup({ db, accounts })
  const dags = createDags({ db, blocks, clock })
  const fetcher = createFetcher({ db, blocks, network, clock })
  const queue = opened.adopt(createQueue({ db, clock, log, handlers: [fetchDag(fetcher), settlePartials(dags)], alone: db.kind === 'sqlite' }), (it) => it.close())
  const wakeJobs = () => queue.wake()
  const pins = createPins({ db, blocks, clock, fetchDeadline: config.fetchDeadline, wakeJobs })
  const { maxBody, gatewayHosts } = config.http
  const uploads = createUploads({ db, blocks, clock, maxBody, minFree: config.blocks.minFree, partialTtl: config.partialTtl, wakeJobs })

  if (config.admin) await accounts.ensureAdmin(config.admin.email, config.admin.password)

  let ready = false
  const server = createHttpServer({
    accounts, keys, setup, signIn, uploads, pins, dags, maxBody, log,
    delegates: () => network.delegates(),
    version,
    instance: () => instanceFacts(config, network, addressOf(server)),
    dashboard: await dashboard(join(import.meta.dirname, '../../../web/dist')),
    gateway: serveGateway({ retrieval, config: { gatewayHosts }, log }),
    isReady: () => ready,
  })
  await networkUp
  queue.start()
  server.listen(config.http.port, config.http.host)
  await once(server, 'listening')
  ready = true
  opened.defer(async () => {
    ready = false
    const closed = once(server, 'close')
    server.close()
    server.closeIdleConnections()
    const late = setTimeout(() => server.closeAllConnections(), 10_000)
    await closed
    clearTimeout(late)
  })
  const parts = opened.move()
  return {
    url: addressOf(server),
    setupToken: async () => ((await setup.isNeeded()) ? setup.issue() : undefined),
    close: () => parts.disposeAsync(),
  }
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
