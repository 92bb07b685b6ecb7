import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { canonicalCid } from '@thole/dag'
import type { Config } from '../config/config.ts'
import { createAccessRequests, createPinningGate } from '../domain/access/index.ts'
import { createAccountSettings, createKeys } from '../domain/accounts/index.ts'
import { createCompleteness, createDags } from '../domain/dags/index.ts'
import { createEvents } from '../domain/events/index.ts'
import { createFetchOnRead, createFetcher, foresight, watchNewcomers } from '../domain/fetching/index.ts'
import { createHealth } from '../domain/health/index.ts'
import { createPost, createPostman } from '../domain/letters/index.ts'
import { createModeration, createReports } from '../domain/moderation/index.ts'
import { createAccountExports } from '../domain/moving/index.ts'
import { createNames } from '../domain/names/index.ts'
import { createPinOnRead, createPins } from '../domain/pins/index.ts'
import { createProviding } from '../domain/providing/index.ts'
import { createReclaim, scheduleReclaim } from '../domain/reclaim/index.ts'
import { createReplication } from '../domain/replicas/index.ts'
import { createRetrieval } from '../domain/retrieval/index.ts'
import { createRepairer, createScrubber, watchDamage } from '../domain/scrub/index.ts'
import { createRoots, createUnread, createUploads } from '../domain/uploads/index.ts'
import { countServedBlocks, createDirectory, createPatron, createUsage } from '../domain/usage/index.ts'
import { serveGateway } from '../http/gateway/index.ts'
import { createLimits } from '../http/limits/limits.ts'
import { meterRequests } from '../http/meter-requests.ts'
import { createDrain } from '../http/drain.ts'
import { watchRequests } from '../http/requests.ts'
import { createAddressGate } from '../http/limits/address-gate.ts'
import { createHttpServer, type HttpServer } from '../http/server.ts'
import { dashboard } from '../http/web/static.ts'
import { announceJobs } from '../jobs/announce.ts'
import { fetchDag } from '../jobs/fetch-dag.ts'
import { createQueue } from '../jobs/queue.ts'
import { reclaim as reclaimNow } from '../jobs/reclaim.ts'
import { republishNames } from '../jobs/republish-names.ts'
import { repair } from '../jobs/repair.ts'
import { retireUnread } from '../jobs/retire-unread.ts'
import { replicaJobs } from '../jobs/replicas.ts'
import { scrub } from '../jobs/scrub.ts'
import { sendLetters } from '../jobs/send-letters.ts'
import { settleDag } from '../jobs/settle-dag.ts'
import { settlePartials } from '../jobs/settle-partials.ts'
import { openDenylists } from '../services/denylists/index.ts'
import { openDns } from '../services/dns/index.ts'
import { openTokens } from '../services/tokens/index.ts'
import { openAccounting } from './accounting.ts'
import { systemClock as clock } from './clock.ts'
import { storeWorks } from './commands/works.ts'
import { openControl } from './control/server.ts'
import { instanceFacts } from './instance-facts.ts'
import { accessLog, openLog } from './log.ts'
import { createMetrics, serveMetrics } from './metrics/index.ts'
import { openNetwork } from './network.ts'
import { openMail, openPeople, withChosenNetwork } from './people.ts'
import { whyNotProviding } from './providing.ts'
import { openReplicas } from './replicas.ts'
import { openStore } from './store.ts'
import { version } from './version.ts'

export interface App {
  /** Where it listens, without a trailing slash. */
  url: string
  /** The network that it is in. */
  network: Config['network']['mode']
  /** What its router knows, so that a test can ask for all of it. */
  routes: HttpServer['routes']
  /** A fresh token for the set-up link while there is no admin. */
  setupToken(): Promise<string | undefined>
  /** Ends in order: no new requests, running ones finish, jobs give their leases back. */
  close(): Promise<void>
}

/** The one place where the parts are put together. What was opened is closed in reverse order, also when a later part fails to open. */
export async function openApp(given: Config): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const log = openLog(given.log)

  const { db, blocks } = opened.use(await openStore(given, log))
  const config = await withChosenNetwork(given, db)
  const events = opened.adopt(createEvents({ db, clock, log, ttl: config.eventsTtl }), (it) => it.close())
  const damage = opened.adopt(watchDamage({ db, blocks, clock, log }), (it) => it.close())
  const moderation = createModeration(opened.adopt(await openDenylists({ places: config.denylists, copies: join(config.dataFolder, 'denylists-followed'), log }), (it) => it.close()))
  const baseUrl = () => config.http.publicUrl ?? addressOf(server)
  const mailer = openMail(config)
  if (mailer) opened.defer(() => mailer.close())
  const post = mailer && createPost(clock)
  const { plans, quotas, allowances, metering } = opened.adopt(await openAccounting(config, { db, log, post, home: baseUrl, onChange: () => forgetAccounts() }), (it) => it.close())
  const network = opened.adopt(await openNetwork(config, log), (it) => it.close())
  const fetchOnRead = config.fetchOnRead && opened.adopt(createFetchOnRead({ network, clock, limits: { ...config.fetchOnRead, maxWants: 64, maxReaders: 1024 } }), (it) => it.close())
  const retrieval = opened.adopt(createRetrieval({ db, blocks, moderation, fetchOnRead, onLost: damage.note, onServed: config.plans.meters ? countServedBlocks(metering) : undefined }), (it) => it.close())
  // It takes longest to start, so the rest is made ready meanwhile.
  const networkUp = network.start(retrieval.server)
  const { dnslinks, dns, ...nameLimits } = config.names
  const names = createNames({ db, moderation, clock, routing: network.names, dnslinks, txt: dns && openDns(dns), limits: nameLimits, republishes: config.network.mode === 'public' })
  const tokens = await openTokens(db, config.http.publicUrl)
  const people = openPeople(config, { db, post, home: baseUrl, onClaim: () => keys.forget() })
  const { accounts, setup } = people
  const postman = mailer && createPostman({ db, clock, mailer, signIn: people.signIn.letters, invitations: people.invitations })
  const keys = opened.adopt(createKeys({ db, tokens, clock, mostKeys: (account) => plans.of(account)?.keys }), (it) => it.close())
  const forgetAccounts = () => {
    keys.forget()
    people.signIn.sessions.forget()
  }
  const askAt = () => `${baseUrl()}/keys`
  const pinningGate = createPinningGate({ db, clock, askAt })
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
  const completeness = opened.adopt(createCompleteness({ db, blocks, clock, standing, quotas, maxDags: hasPeers ? 0 : undefined }), (it) => it.close())
  const dags = createDags({ db, blocks, clock, completeness, moderation })
  const hasSources = config.network.mode === 'public' || (config.network.mode === 'local' && config.network.gateways.length > 0)
  const fetcher = createFetcher({ db, blocks, network, clock, completeness, moderation, standing, quotas, minFree: config.blocks.minFree, limits: config.fetchLimits, hasSources })
  const scrubber = createScrubber({ db, blocks, clock, log, ...config.scrub })
  const repairer = createRepairer({ db, blocks, completeness, network, moderation, clock, log })
  const reclaim = createReclaim({ db, blocks, clock, grace: config.reclaimGrace, log })
  const reclaimSchedule = scheduleReclaim({ db, clock, reclaim, partialTtl: config.partialTtl })
  const usage = createUsage({ db, blocks, reclaim, clock, plans, metering })
  const unread = createUnread({ db, clock, ttl: config.unpinnedTtl })
  const handlers = [fetchDag(fetcher), settleDag(dags, fetcher), settlePartials(dags), reclaimNow(reclaimSchedule), scrub(scrubber), repair(repairer), ...replicaJobs(replication), ...announceJobs(providing), republishNames(names), retireUnread(unread), ...(postman ? [sendLetters(postman)] : [])]
  const health = createHealth({ db, blocks, clock, kinds: handlers.map(({ kind }) => kind) })
  const queue = opened.adopt(createQueue({ db, clock, log, handlers, alone: db.kind === 'sqlite' }), (it) => it.close())
  opened.adopt(watchNewcomers({ db, network, clock, wakeJobs: () => queue.wake() }), (it) => it.close())
  const pins = createPins({ db, completeness, moderation, clock, foresee: foresight({ network, hasSources }), fetchDeadline: config.fetchDeadline, maxWaiting: config.maxWaitingPins, quotas, gate: pinningGate })
  const pinOnRead = createPinOnRead({ completeness, clock, log })
  const { maxBody, gatewayHosts, dnslinkHosts, unsandboxedHosts, publicUrl: home } = config.http
  const uploads = createUploads({ db, blocks, completeness, moderation, clock, maxBody, minFree: config.blocks.minFree, partialTtl: config.partialTtl, unpinnedTtl: config.unpinnedTtl, quotas })

  if (config.admin) await accounts.ensureAdmin(config.admin.email, config.admin.password)

  const limits = createLimits({ ...config.limits, plans: { perMinute: (account) => plans.of(account)?.requestsPerMinute, demandRequest: allowances.demandRequest }, clock })
  let ready = false
  const metrics = createMetrics()
  const requests = watchRequests({ proxies: config.limits.proxies, watchers: [metrics.watcher, ...(config.plans.meters ? [meterRequests(metering)] : []), ...(config.accessLog ? [accessLog(log)] : [])] })
  const drain = createDrain({ requests, log, maxMs: config.drain })
  const server = createHttpServer({
    ...people,
    publicUrl: config.http.publicUrl,
    hsts: config.http.hsts,
    keys, limits, uploads, pins, dags, usage, scrubber, events, health, maxBody, log,
    plans, allowances,
    directory: createDirectory({ db, clock, metering, onChange: forgetAccounts }),
    delegates: () => network.delegates(),
    tokens,
    access: createAccessRequests({ db, clock, gate: pinningGate, onGrant: forgetAccounts, askAt, post }),
    accountSettings: createAccountSettings({ db, clock, onChange: forgetAccounts }),
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
    metaplex: config.metaplex && { patron: createPatron({ accounts, ...config.metaplex }), gate: createAddressGate({ limits, perMinute: config.metaplex.rate, clock }) },
    server: retrieval.server,
    clock,
    dashboard: await dashboard(join(import.meta.dirname, '../../../web/dist')),
    gateway: serveGateway({ retrieval, names, config: { gatewayHosts, dnslinkHosts, unsandboxedHosts, home }, proxies: config.limits.proxies, pinOnRead: (root) => pinOnRead.pin(root), demandFor: (root) => allowances.demandFor(canonicalCid(root)), log }),
    isReady: () => ready && !drain.isUnderway,
    metrics: metrics.scrape,
    requests,
    drain,
  })
  opened.adopt(await openControl({ dataFolder: config.dataFolder, works: storeWorks({ db, blocks, config, log, dags, network }), log }), (it) => it.close())
  metrics.begin({ db, blocks, clock, queue, network, requests, version })
  if (config.metrics) opened.adopt(await serveMetrics({ metrics, log, ...config.metrics }), (it) => it.close())
  await networkUp
  await scrubber.schedule()
  await reclaimSchedule.begin()
  opened.defer(() => reclaimSchedule.end())
  await people.signIn.start()
  await dags.start()
  await replication.start()
  await providing.start()
  await names.start()
  await unread.start()
  queue.start()
  server.listen(config.http.port, config.http.host)
  await once(server, 'listening')
  ready = true
  opened.defer(async () => {
    events.endFollowing()
    await drain.run(server)
  })
  const parts = opened.move()
  return {
    url: addressOf(server),
    network: config.network.mode,
    routes: server.routes,
    setupToken: async () => ((await setup.isNeeded()) ? setup.issue() : undefined),
    close: () => parts.disposeAsync(),
  }
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
