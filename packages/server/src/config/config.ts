import type { BlockList } from 'node:net'
import { resolve } from 'node:path'
import type { Env } from './env.ts'
import { doors, type Doors } from './doors.ts'
import { dnslinkHosts, names, type Names } from './names.ts'
import { networks } from './networks.ts'
import { people, type People } from './people.ts'
import { publicBootstrap } from './public-bootstrap.ts'
import { bool, httpUrl, httpUrls, integer, list, oneOf, refuse } from './values.ts'

export interface Config {
  http: {
    host: string
    port: number
    /** Where people reach this server, without a trailing slash; undefined: its own address. */
    publicUrl?: string
    /** Seconds that browsers are to come by https alone; 0: not said. */
    hsts: number
    /** Host names under which `{cid}.ipfs.` gives each root an origin of its own. */
    gatewayHosts: string[]
    /** Host names that serve content alone, where it may run; never the dashboard's. */
    unsandboxedHosts: string[]
    /** Domains that are served as sites, each where its DNSLink leads; `*.example.org` stands for all below. */
    dnslinkHosts: string[]
    /** Where dialects are found that may be anywhere. */
    doors: Doors
    /** Bytes of one request body. */
    maxBody: number
  }
  limits: {
    /** Requests a minute of one key; 0: any number. */
    perKey: number
    /** Wrong keys, and wrong passwords, a minute from one address; 0: any number. */
    failures: number
    /** Whose `X-Forwarded-For` is believed. */
    proxies: BlockList
  }
  /** What clients are told of the node that stores: what it is called, and where it is. */
  self: { name: string; region?: string }
  /** Absolute path. */
  dataFolder: string
  /** `postgres://…`, or undefined: SQLite in the data folder. */
  databaseUrl?: string
  /** `minFree`: bytes that must stay free on the disk. */
  blocks: ({ folder: string } | { bucket: string; /** Without slashes at its ends; may be empty. */ prefix: string }) & { minFree: number }
  network:
    | { mode: 'none' }
    | { mode: 'local' | 'public'; listen: string[]; peers: string[]; dialPrivate: boolean; /** URLs. */ gateways: string[]; /** URLs; public alone. */ routers: string[]; /** Multiaddrs to tell instead of those it listens on. */ announce: string[]; /** Multiaddrs to find the DHT by; none: it is not used. Public alone. */ bootstrap: string[] }
  /** The same configuration with another network; undefined where THOLE_NETWORK is set, which wins over what a page says. */
  withNetwork?: (mode: 'local' | 'public') => Config
  people: People
  names: Names
  /** Other nodes that are to keep copies of everything: one Kubo, or so many peers of an IPFS Cluster. */
  replicas?: { driver: 'kubo' | 'cluster'; /** Without user, password and trailing slash. */ url: string; credentials?: { user: string; password: string }; wanted: number }
  /** Milliseconds after which copies are looked at again. */
  replicasCheck: number
  /** Roots announced a second, at most; 0: none are. */
  provideRate: number
  /** What is not here is fetched for readers of the gateway, and kept in memory; undefined: it is not. */
  fetchOnRead?: { /** Milliseconds that a block is waited for. */ maxMs: number; /** Bytes kept in memory. */ maxBytes: number }
  /** Milliseconds. */
  fetchDeadline: number
  /** Requests of one account that wait at the same time; 0: any number. */
  maxWaitingPins: number
  plans: {
    /** Uploads of one account at the same time, in each process; 0: any number. */
    maxUploads: number
    /** What is sent is counted for accounts. */
    meters: boolean
    /** Milliseconds that hours of usage are kept; 0: for ever. */
    keep: number
    /** The public gets also what belongs to an account that has used up its bandwidth. */
    servesOver: boolean
  }
  /** Who pays for uploads of those whom Metaplex' clients sign for; undefined: they are not taken. */
  metaplex?: { /** E-mail of the account. */ account: string; /** Bytes that it may come to hold. */ maxBytes: number; /** Uploads that it may come to have. */ maxUploads: number; /** Uploads a minute from one address; 0: any number. */ rate: number }
  /** What one DAG may be, to be fetched; 0: no limit. */
  fetchLimits: { maxBlocks: number; maxBytes: number; maxDepth: number }
  /** Milliseconds that a DAG of which parts are missing waits for them. */
  partialTtl: number
  /** Milliseconds that an upload waits for its first reader; 0: for ever. */
  unpinnedTtl: number
  /** Absolute paths of files, and of folders of `*.deny`; URLs under `public` alone. */
  denylists: string[]
  /** E-mail address or URL to write to of content that should not be here. */
  abuseContact?: string
  /** Milliseconds that content stays after nothing holds it any more. */
  reclaimGrace: number
  /** Milliseconds that it is remembered what happened. */
  eventsTtl: number
  scrub: { /** Milliseconds within which every block is read once; 0: only when asked. */ period: number; /** Bytes a second. */ rate: number }
  /** An admin to be made at start. */
  admin?: { email: string; password: string }
  /** Milliseconds that requests have to come to their end when the server ends. */
  drain: number
  /** Where metrics are told to everybody who may connect; undefined: nowhere. */
  metrics?: { host: string; port: number }
  log: string
  /** A line for every request. */
  accessLog: boolean
}

/** Turns text into types and refuses what contradicts itself, naming the variable. */
export function parseConfig(env: Env): Config {
  const dataFolder = resolve(env.THOLE_DATA)
  return {
    http: {
      host: env.THOLE_HOST,
      port: integer(env, 'THOLE_PORT', 0, 65_535),
      publicUrl: env.THOLE_PUBLIC_URL ? httpUrl(env, 'THOLE_PUBLIC_URL') : undefined,
      hsts: hsts(env),
      gatewayHosts: list(env.THOLE_GATEWAY_HOSTS),
      unsandboxedHosts: unsandboxedHosts(env),
      dnslinkHosts: dnslinkHosts(env),
      doors: doors(env),
      maxBody: integer(env, 'THOLE_MAX_BODY', 1),
    },
    limits: {
      perKey: integer(env, 'THOLE_RATE_LIMIT', 0, 1e9),
      failures: integer(env, 'THOLE_FAILED_SIGN_INS', 0, 1e9),
      proxies: proxies(env),
    },
    self: { name: env.THOLE_PEER_NAME, region: env.THOLE_REGION || undefined },
    dataFolder,
    databaseUrl: databaseUrl(env),
    blocks: { ...blocksPlace(env, dataFolder), minFree: integer(env, 'THOLE_MIN_FREE', 0) },
    network: network(env),
    withNetwork: env.THOLE_NETWORK ? undefined : (mode) => parseConfig({ ...env, THOLE_NETWORK: mode }),
    people: people(env, dataFolder),
    names: names(env),
    replicas: replicas(env),
    replicasCheck: integer(env, 'THOLE_REPLICAS_CHECK', 1, 31_536_000) * 1000,
    provideRate: integer(env, 'THOLE_PROVIDE_RATE', 0, 10_000),
    fetchOnRead: fetchOnRead(env),
    fetchDeadline: integer(env, 'THOLE_FETCH_DEADLINE', 1) * 1000,
    maxWaitingPins: integer(env, 'THOLE_MAX_WAITING_PINS', 0),
    plans: { maxUploads: integer(env, 'THOLE_MAX_UPLOADS', 0, 1e9), meters: bool(env, 'THOLE_METERING'), keep: integer(env, 'THOLE_USAGE_DAYS', 0, 36_500) * 86_400_000, servesOver: oneOf(env, 'THOLE_OVER_BANDWIDTH', ['serve', 'refuse']) === 'serve' },
    metaplex: metaplex(env),
    fetchLimits: { maxBlocks: integer(env, 'THOLE_MAX_DAG_BLOCKS', 0), maxBytes: integer(env, 'THOLE_MAX_DAG_BYTES', 0), maxDepth: integer(env, 'THOLE_MAX_DAG_DEPTH', 0, 2 ** 32 - 1) },
    partialTtl: integer(env, 'THOLE_PARTIAL_TTL', 1) * 1000,
    unpinnedTtl: integer(env, 'THOLE_UNPINNED_TTL', 0, 1e10) * 1000,
    denylists: denylists(env, dataFolder),
    abuseContact: abuseContact(env),
    reclaimGrace: integer(env, 'THOLE_RECLAIM_GRACE', 0) * 1000,
    eventsTtl: integer(env, 'THOLE_EVENTS_TTL', 3600) * 1000,
    scrub: { period: integer(env, 'THOLE_SCRUB_DAYS', 0, 36_500) * 86_400_000, rate: integer(env, 'THOLE_SCRUB_RATE', 1) },
    admin: admin(env),
    drain: integer(env, 'THOLE_DRAIN', 0, 3600) * 1000,
    metrics: env.THOLE_METRICS_PORT ? { host: env.THOLE_METRICS_HOST, port: integer(env, 'THOLE_METRICS_PORT', 0, 65_535) } : undefined,
    log: oneOf(env, 'THOLE_LOG', ['debug', 'info', 'warn', 'error', 'silent']),
    accessLog: bool(env, 'THOLE_ACCESS_LOG'),
  }
}

function fetchOnRead(env: Env): Config['fetchOnRead'] {
  const limits = { maxMs: integer(env, 'THOLE_GATEWAY_FETCH_TIME', 1, 3600) * 1000, maxBytes: integer(env, 'THOLE_GATEWAY_FETCH_MEMORY', 2 ** 24) }
  if (!bool(env, 'THOLE_GATEWAY_FETCH')) return undefined
  if (env.THOLE_NETWORK === 'none') throw refuse('THOLE_GATEWAY_FETCH', 'contradicts THOLE_NETWORK=none')
  return limits
}

function hsts(env: Env): number {
  const seconds = integer(env, 'THOLE_HSTS', 0, 2 ** 31)
  if (seconds > 0 && !/^https:/i.test(env.THOLE_PUBLIC_URL)) throw refuse('THOLE_HSTS', 'needs a THOLE_PUBLIC_URL with https')
  return seconds
}

function unsandboxedHosts(env: Env): string[] {
  const hosts = list(env.THOLE_UNSANDBOXED_HOSTS).map((host) => host.toLowerCase())
  if (hosts.length === 0) return hosts
  if (!env.THOLE_PUBLIC_URL) throw refuse('THOLE_UNSANDBOXED_HOSTS', 'needs THOLE_PUBLIC_URL, which says where the dashboard is')
  const dashboard = [new URL(httpUrl(env, 'THOLE_PUBLIC_URL')).hostname, env.THOLE_HOST.toLowerCase()]
  const odd = hosts.find((host) => dashboard.includes(host) || !/^[a-z0-9.-]*[a-z][a-z0-9.-]*$/.test(host))
  if (odd !== undefined) throw refuse('THOLE_UNSANDBOXED_HOSTS', `must be host names other than the dashboard's (${dashboard.join(', ')}), without port; ${odd} is not one`)
  return hosts
}

function network(env: Env): Config['network'] {
  const mode = env.THOLE_NETWORK ? oneOf(env, 'THOLE_NETWORK', ['local', 'public', 'none']) : 'local'
  const gateways = httpUrls(env, 'THOLE_HTTP_GATEWAYS')
  const routers = httpUrls(env, 'THOLE_ROUTERS')
  if (mode === 'none' && gateways.length > 0) throw refuse('THOLE_HTTP_GATEWAYS', 'contradicts THOLE_NETWORK=none')
  if (mode !== 'public' && routers.length > 0) throw refuse('THOLE_ROUTERS', 'needs THOLE_NETWORK=public: routers are asked for what strangers have')
  if (mode === 'none' && list(env.THOLE_BOOTSTRAP).some((word) => word !== 'none')) throw refuse('THOLE_BOOTSTRAP', 'contradicts THOLE_NETWORK=none')
  if (mode === 'none') return { mode }
  const listen = list(env.THOLE_SWARM)
  const dialPrivate = env.THOLE_DIAL_PRIVATE ? bool(env, 'THOLE_DIAL_PRIVATE') : mode === 'local'
  const everywhere = ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/4001']
  const fallback = mode === 'public' ? everywhere : ['/ip4/127.0.0.1/tcp/0']
  return { mode, listen: listen.length > 0 ? listen : fallback, peers: list(env.THOLE_PEERS), dialPrivate, gateways, routers, announce: announce(env), bootstrap: bootstrap(env, mode) }
}

function replicas(env: Env): Config['replicas'] {
  const wanted = integer(env, 'THOLE_REPLICAS', 1, 100)
  const [, driver, address] = /^(kubo|cluster)\+(https?:\/\/.+)$/.exec(env.THOLE_NODE) ?? []
  if (wanted > 1 && driver !== 'cluster') throw refuse('THOLE_REPLICAS', 'above 1 needs THOLE_NODE=cluster+http://…: the others are one node')
  if (env.THOLE_NODE === 'embedded') return undefined
  try {
    const { username, password, search, hash, origin, pathname } = new URL(address!)
    const credentials = username ? { user: decodeURIComponent(username), password: decodeURIComponent(password) } : undefined
    if (!search && !hash) return { driver: driver as 'kubo' | 'cluster', url: (origin + pathname).replace(/\/+$/, ''), ...(credentials && { credentials }), wanted }
  } catch {}
  throw refuse('THOLE_NODE', 'must be embedded, kubo+http://host:port or cluster+http://host:port, with https and user:password@ where that is wanted')
}

function proxies(env: Env): BlockList {
  try {
    return networks(list(env.THOLE_TRUSTED_PROXIES))
  } catch {
    throw refuse('THOLE_TRUSTED_PROXIES', 'must be addresses or networks such as 10.0.0.0/8')
  }
}

function announce(env: Env): string[] {
  const named = list(env.THOLE_ANNOUNCE)
  const odd = named.find((address) => !/^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d+(\/|$)/.test(address))
  if (odd !== undefined) throw refuse('THOLE_ANNOUNCE', `must be multiaddrs such as /ip4/203.0.113.7/tcp/4001; ${odd} is not one`)
  return named
}

function bootstrap(env: Env, mode: 'local' | 'public'): string[] {
  const text = env.THOLE_BOOTSTRAP
  if (text === 'none') return []
  const named = list(text)
  if (mode !== 'public' && named.length > 0) throw refuse('THOLE_BOOTSTRAP', 'needs THOLE_NETWORK=public: it leads to the DHT, which strangers keep')
  const odd = named.find((address) => !/^\/.+\/p2p\/[^/]+$/.test(address))
  if (odd !== undefined) throw refuse('THOLE_BOOTSTRAP', `must be multiaddrs that end in /p2p/<peer id>, or none; ${odd} is not one`)
  return mode !== 'public' || named.length > 0 ? named : [...publicBootstrap]
}

function denylists(env: Env, dataFolder: string): string[] {
  const places = list(env.THOLE_DENYLISTS)
  const isUrl = (place: string) => /^https?:\/\//i.test(place)
  const odd = places.find((place) => isUrl(place) && (!URL.canParse(place) || env.THOLE_NETWORK !== 'public'))
  if (odd !== undefined) throw refuse('THOLE_DENYLISTS', `has ${odd}: lists are fetched under THOLE_NETWORK=public alone; download it, and name the file`)
  return places.length > 0 ? places.map((place) => (isUrl(place) ? new URL(place).href : resolve(place))) : [resolve(dataFolder, 'denylists')]
}

function abuseContact(env: Env): string | undefined {
  const contact = env.THOLE_ABUSE_CONTACT
  if (!contact) return undefined
  if (!/^[^\s@]+@[^\s@]+$/.test(contact) && !/^https?:\/\/\S+$/.test(contact)) throw refuse('THOLE_ABUSE_CONTACT', 'must be an e-mail address or an http or https URL')
  return contact
}

function databaseUrl(env: Env): string | undefined {
  const url = env.THOLE_DATABASE_URL
  if (!url) return undefined
  if (!/^postgres(ql)?:\/\//.test(url)) throw refuse('THOLE_DATABASE_URL', 'must begin with postgres://')
  return url
}

function blocksPlace(env: Env, dataFolder: string): { folder: string } | { bucket: string; prefix: string } {
  const place = env.THOLE_BLOCKS
  if (!place.includes('://')) return { folder: resolve(dataFolder, place || 'blocks') }
  const { bucket, prefix = '' } = /^s3:\/\/(?<bucket>[^/]+)(?:\/+(?<prefix>.*?)\/*)?$/.exec(place)?.groups ?? {}
  if (bucket === undefined) throw refuse('THOLE_BLOCKS', 'must be a folder on this machine or s3://bucket/prefix')
  return { bucket, prefix }
}

function metaplex(env: Env): Config['metaplex'] {
  const limits = { maxBytes: integer(env, 'THOLE_METAPLEX_MAX_BYTES', 1), maxUploads: integer(env, 'THOLE_METAPLEX_MAX_UPLOADS', 1, 1e9), rate: integer(env, 'THOLE_METAPLEX_RATE', 0, 1e9) }
  const account = env.THOLE_METAPLEX_ACCOUNT
  if (!account) return undefined
  if (!/^[^\s@]+@[^\s@]+$/.test(account)) throw refuse('THOLE_METAPLEX_ACCOUNT', 'must be the e-mail address of an account')
  return { account, ...limits }
}

function admin(env: Env): Config['admin'] {
  const { THOLE_ADMIN_EMAIL: email, THOLE_ADMIN_PASSWORD: password } = env
  if (!email && !password) return undefined
  if (!email || !password) throw refuse('THOLE_ADMIN_EMAIL', 'goes together with THOLE_ADMIN_PASSWORD')
  return { email, password }
}
