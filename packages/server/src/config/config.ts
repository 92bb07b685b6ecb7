import type { BlockList } from 'node:net'
import { resolve } from 'node:path'
import { fault } from '../kernel/faults.ts'
import type { Env, VariableName } from './env.ts'
import { networks } from './networks.ts'
import { publicBootstrap } from './public-bootstrap.ts'

export interface Config {
  http: {
    host: string
    port: number
    /** Where people reach this server, without a trailing slash; undefined: its own address. */
    publicUrl?: string
    /** Host names under which `{cid}.ipfs.` gives each root an origin of its own. */
    gatewayHosts: string[]
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
  /** Absolute path. */
  dataFolder: string
  /** `postgres://…`, or undefined: SQLite in the data folder. */
  databaseUrl?: string
  /** `minFree`: bytes that must stay free on the disk. */
  blocks: ({ folder: string } | { bucket: string; /** Without slashes at its ends; may be empty. */ prefix: string }) & { minFree: number }
  network:
    | { mode: 'none' }
    | { mode: 'local' | 'public'; listen: string[]; peers: string[]; dialPrivate: boolean; /** URLs. */ gateways: string[]; /** URLs; public alone. */ routers: string[]; /** Multiaddrs to tell instead of those it listens on. */ announce: string[]; /** Multiaddrs to find the DHT by; none: it is not used. Public alone. */ bootstrap: string[] }
  /** Other nodes that are to keep copies of everything: one Kubo, or so many peers of an IPFS Cluster. */
  replicas?: { driver: 'kubo' | 'cluster'; /** Without user, password and trailing slash. */ url: string; credentials?: { user: string; password: string }; wanted: number }
  /** Milliseconds after which copies are looked at again. */
  replicasCheck: number
  /** Roots announced a second, at most; 0: none are. */
  provideRate: number
  /** Milliseconds. */
  fetchDeadline: number
  /** Requests of one account that wait at the same time; 0: any number. */
  maxWaitingPins: number
  /** What one DAG may be, to be fetched; 0: no limit. */
  fetchLimits: { maxBlocks: number; maxBytes: number; maxDepth: number }
  /** Milliseconds that a DAG of which parts are missing waits for them. */
  partialTtl: number
  /** Files, and folders of `*.deny`. Absolute paths. */
  denylists: string[]
  /** Milliseconds that content stays after nothing holds it any more. */
  reclaimGrace: number
  scrub: { /** Milliseconds within which every block is read once; 0: only when asked. */ period: number; /** Bytes a second. */ rate: number }
  /** An admin to be made at start. */
  admin?: { email: string; password: string }
  log: string
}

/** Turns text into types and refuses what contradicts itself, naming the variable. */
export function parseConfig(env: Env): Config {
  const dataFolder = resolve(env.THOLE_DATA)
  return {
    http: {
      host: env.THOLE_HOST,
      port: integer(env, 'THOLE_PORT', 0, 65_535),
      publicUrl: env.THOLE_PUBLIC_URL ? httpUrl(env, 'THOLE_PUBLIC_URL') : undefined,
      gatewayHosts: list(env.THOLE_GATEWAY_HOSTS),
      maxBody: integer(env, 'THOLE_MAX_BODY', 1),
    },
    limits: {
      perKey: integer(env, 'THOLE_RATE_LIMIT', 0, 1e9),
      failures: integer(env, 'THOLE_FAILED_SIGN_INS', 0, 1e9),
      proxies: proxies(env),
    },
    dataFolder,
    databaseUrl: databaseUrl(env),
    blocks: { ...blocksPlace(env, dataFolder), minFree: integer(env, 'THOLE_MIN_FREE', 0) },
    network: network(env),
    replicas: replicas(env),
    replicasCheck: integer(env, 'THOLE_REPLICAS_CHECK', 1, 31_536_000) * 1000,
    provideRate: integer(env, 'THOLE_PROVIDE_RATE', 0, 10_000),
    fetchDeadline: integer(env, 'THOLE_FETCH_DEADLINE', 1) * 1000,
    maxWaitingPins: integer(env, 'THOLE_MAX_WAITING_PINS', 0),
    fetchLimits: { maxBlocks: integer(env, 'THOLE_MAX_DAG_BLOCKS', 0), maxBytes: integer(env, 'THOLE_MAX_DAG_BYTES', 0), maxDepth: integer(env, 'THOLE_MAX_DAG_DEPTH', 0, 2 ** 32 - 1) },
    partialTtl: integer(env, 'THOLE_PARTIAL_TTL', 1) * 1000,
    denylists: denylists(env, dataFolder),
    reclaimGrace: integer(env, 'THOLE_RECLAIM_GRACE', 0) * 1000,
    scrub: { period: integer(env, 'THOLE_SCRUB_DAYS', 0, 36_500) * 86_400_000, rate: integer(env, 'THOLE_SCRUB_RATE', 1) },
    admin: admin(env),
    log: oneOf(env, 'THOLE_LOG', ['debug', 'info', 'warn', 'error', 'silent']),
  }
}

function network(env: Env): Config['network'] {
  const mode = oneOf(env, 'THOLE_NETWORK', ['local', 'public', 'none'])
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
  return places.length > 0 ? places.map((place) => resolve(place)) : [resolve(dataFolder, 'denylists')]
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

function admin(env: Env): Config['admin'] {
  const { THOLE_ADMIN_EMAIL: email, THOLE_ADMIN_PASSWORD: password } = env
  if (!email && !password) return undefined
  if (!email || !password) throw refuse('THOLE_ADMIN_EMAIL', 'goes together with THOLE_ADMIN_PASSWORD')
  return { email, password }
}

function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

function integer(env: Env, name: VariableName, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(env[name])
  if (!Number.isSafeInteger(value) || value < min || value > max) throw refuse(name, `must be a whole number from ${min} to ${max}`)
  return value
}

function bool(env: Env, name: VariableName): boolean {
  return oneOf(env, name, ['true', 'false']) === 'true'
}

function oneOf<T extends string>(env: Env, name: VariableName, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === env[name])
  if (value === undefined) throw refuse(name, `must be one of ${values.join(', ')}`)
  return value
}

function httpUrls(env: Env, name: VariableName): string[] {
  const urls = list(env[name])
  const isUsable = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[?#]/.test(url)
  if (!urls.every(isUsable)) throw refuse(name, 'must be http or https URLs without query, separated by commas')
  return [...new Set(urls.map((url) => url.replace(/\/+$/, '')))]
}

function httpUrl(env: Env, name: VariableName): string {
  if (!URL.canParse(env[name]) || !/^https?:$/.test(new URL(env[name]).protocol)) throw refuse(name, 'must be an http or https URL')
  return env[name].replace(/\/+$/, '')
}

function refuse(name: VariableName, reason: string) {
  return fault('INVALID_REQUEST', { reason: `${name} ${reason}` })
}
