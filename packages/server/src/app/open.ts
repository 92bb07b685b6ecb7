import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { createAccounts, createKeys, createSetup } from '../domain/accounts/index.ts'
import { createCompleteness, createDags } from '../domain/dags/index.ts'
import { createFetchOnRead, createFetcher, foresight, watchNewcomers } from '../domain/fetching/index.ts'
import { createModeration, createReports } from '../domain/moderation/index.ts'
import { createAccountExports } from '../domain/moving/index.ts'
import { createNames } from '../domain/names/index.ts'
import { createPinOnRead, createPins } from '../domain/pins/index.ts'
import { createProviding } from '../domain/providing/index.ts'
import { createReclaim, scheduleReclaim } from '../domain/reclaim/index.ts'
import { createReplication } from '../domain/replicas/index.ts'
import { createRetrieval } from '../domain/retrieval/index.ts'
import { createRepairer, createScrubber, watchDamage } from '../domain/scrub/index.ts'
import { createRoots, createUploads } from '../domain/uploads/index.ts'
import { createPatron, createUsage } from '../domain/usage/index.ts'
import { serveGateway } from '../http/gateway/index.ts'
import { createLimits } from '../http/limits/limits.ts'
import { createAddressGate } from '../http/limits/address-gate.ts'
import { createHttpServer } from '../http/server.ts'
import { dashboard } from '../http/web/static.ts'
import { announceJobs } from '../jobs/announce.ts'
import { fetchDag } from '../jobs/fetch-dag.ts'
import { createQueue } from '../jobs/queue.ts'
import { reclaim as reclaimNow } from '../jobs/reclaim.ts'
import { republishNames } from '../jobs/republish-names.ts'
import { repair } from '../jobs/repair.ts'
import { replicaJobs } from '../jobs/replicas.ts'
import { scrub } from '../jobs/scrub.ts'
import { settleDag } from '../jobs/settle-dag.ts'
import { settlePartials } from '../jobs/settle-partials.ts'
import { openDenylists } from '../services/denylists/index.ts'
import { openDns } from '../services/dns/index.ts'
import { openTokens } from '../services/tokens/index.ts'
import { systemClock as clock } from './clock.ts'
import { storeWorks } from './commands/works.ts'
import { openControl } from './control/server.ts'
import { instanceFacts } from './instance-facts.ts'
import { openLog } from './log.ts'
import { openNetwork } from './network.ts'
import { whyNotProviding } from './providing.ts'
import { openReplicas } from './replicas.ts'
import { openSignIn } from './sign-in.ts'
import { openStore } from './store.ts'
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

  const { db, blocks } = opened.use(await openStore(config, log))
  const damage = opened.adopt(watchDamage({ db, blocks, clock, log }), (it) => it.close())
  const moderation = createModeration(opened.adopt(await openDenylists({ places: config.denylists, copies: join(config.dataFolder, 'denylists-followed'), log }), (it) => it.close()))
  const network = opened.adopt(await openNetwork(config, log), (it) => it.close())
  const fetchOnRead = config.fetchOnRead && opened.adopt(createFetchOnRead({ network, clock, limits: { ...config.fetchOnRead, maxWants: 64, maxReaders: 1024 } }), (it) => it.close())
  const retrieval = opened.adopt(createRetrieval({ db, blocks, moderation, fetchOnRead, onLost: damage.note }), (it) => it.close())
  // It takes longest to start, so the rest is made ready meanwhile.
  const networkUp = network.start(retrieval.server)
  const { dnslinks, dns, ...nameLimits } = config.names
  const names = createNames({ db, moderation, clock, routing: network.names, dnslinks, txt: dns && openDns(dns), limits: nameLimits, republishes: config.network.mode === 'public' })
  const tokens = await openTokens(db)
  const signIn = openSignIn(config, db)

  const accounts = createAccounts({ db, signIn, clock })
  const keys = createKeys({ db, tokens, clock })
  const setup = createSetup({ db, accounts })
  // What is kept in memory hears of the blocks of this process alone.
  const hasPeers = db.kind === 'postgres' && 'bucket' in config.blocks
  const replicas = openReplicas(config)
  if (replicas) opened.defer(() => replicas.close())
  const replication = opened.adopt(await createReplication({
    db, clock, log, moderation, replicas,
    addresses: () => network.status().addresses,
    content: (root, signal) => retrieval.car({ root, signal }).bytes,
    period: config.replicasCheck,
  }), (it) => it.close())
  const providing = opened.adopt(createProviding({ db, network, moderation, clock, rate: config.provideRate, off: whyNotProviding(config) }), (it) => it.close())
  const standing = providing.noting(replication.standing)
  const completeness = opened.adopt(createCompleteness({ db, blocks, clock, standing, maxDags: hasPeers ? 0 : undefined }), (it) => it.close())
  const dags = createDags({ db, blocks, clock, completeness, moderation })
  const hasSources = config.network.mode === 'public' || (config.network.mode === 'local' && config.network.gateways.length > 0)
  const fetcher = createFetcher({ db, blocks, network, clock, completeness, moderation, standing, minFree: config.blocks.minFree, limits: config.fetchLimits, hasSources })
  const scrubber = createScrubber({ db, blocks, clock, log, ...config.scrub })
  const repairer = createRepairer({ db, blocks, completeness, network, moderation, clock, log })
  const reclaim = createReclaim({ db, blocks, clock, grace: config.reclaimGrace, log })
  const reclaimSchedule = scheduleReclaim({ db, clock, reclaim, partialTtl: config.partialTtl })
  const usage = createUsage({ db, blocks, reclaim })
  const handlers = [fetchDag(fetcher), settleDag(dags, fetcher), settlePartials(dags), reclaimNow(reclaimSchedule), scrub(scrubber), repair(repairer), ...replicaJobs(replication), ...announceJobs(providing), republishNames(names)]
  const queue = opened.adopt(createQueue({ db, clock, log, handlers, alone: db.kind === 'sqlite' }), (it) => it.close())
  opened.adopt(watchNewcomers({ db, network, clock, wakeJobs: () => queue.wake() }), (it) => it.close())
  const pins = createPins({ db, completeness, moderation, clock, foresee: foresight({ network, hasSources }), fetchDeadline: config.fetchDeadline, maxWaiting: config.maxWaitingPins })
  const pinOnRead = createPinOnRead({ completeness, clock, log })
  const { maxBody, gatewayHosts, dnslinkHosts, unsandboxedHosts, publicUrl: home } = config.http
  const uploads = createUploads({ db, blocks, completeness, moderation, clock, maxBody, minFree: config.blocks.minFree, partialTtl: config.partialTtl })

  if (config.admin) await accounts.ensureAdmin(config.admin.email, config.admin.password)

  const limits = createLimits({ ...config.limits, clock })
  let ready = false
  const server = createHttpServer({
    accounts, keys, limits, setup, signIn, uploads, pins, dags, usage, scrubber, maxBody, log,
    delegates: () => network.delegates(),
    version,
    moderation,
    reports: createReports({ db, clock }),
    exports: createAccountExports({ db, blocks, moderation, clock, by: `Thole ${version}` }),
    abuseContact: config.abuseContact,
    instance: () => instanceFacts(config, network, addressOf(server)),
    network: () => network.status(),
    providing,
    roots: createRoots({ db, clock }),
    retrieval,
    self: config.self,
    doors: config.http.doors,
    proxies: config.limits.proxies,
    names,
    nameGate: createAddressGate({ limits, perMinute: config.names.rate, clock }),
    metaplex: config.metaplex && { patron: createPatron({ db, accounts, ...config.metaplex }), gate: createAddressGate({ limits, perMinute: config.metaplex.rate, clock }) },
    server: retrieval.server,
    clock,
    dashboard: await dashboard(join(import.meta.dirname, '../../../web/dist')),
    gateway: serveGateway({ retrieval, names, config: { gatewayHosts, dnslinkHosts, unsandboxedHosts, home }, proxies: config.limits.proxies, pinOnRead: (root) => pinOnRead.pin(root), log }),
    isReady: () => ready,
  })
  opened.adopt(await openControl({ dataFolder: config.dataFolder, works: storeWorks({ db, blocks, config, log, dags }), log }), (it) => it.close())
  await networkUp
  await scrubber.schedule()
  await reclaimSchedule.begin()
  opened.defer(() => reclaimSchedule.end())
  await dags.start()
  await replication.start()
  await providing.start()
  await names.start()
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
