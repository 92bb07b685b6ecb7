import { dirname, join } from 'node:path'
import type { Log } from '../ports/log.ts'
import type { BlockServer, FetchOptions, FetchSession, Network } from '../ports/network.ts'
import { parseOrigin } from './addresses.ts'
import type { Origin } from './addresses.ts'
import { announcements } from './announcements.ts'
import { answers } from './answers.ts'
import { delegatesOf } from './delegates.ts'
import { nameQuestions } from './name-records.ts'
import { loadPeerId } from './peer-key.ts'
import { decodeBlock, decodeJson } from './pipe/bodies.ts'
import type { Channel } from './pipe/channel.ts'
import { kinds } from './pipe/frames.ts'
import type { AttemptsFrame, GuestConfig, LogFrame, RunningFrame } from './pipe/frames.ts'
import { runGuest } from './process.ts'
import type { GuestProcess } from './process.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import { spareMemory } from './spare-memory.ts'

export interface EmbeddedOptions {
  /** Public: dials only public addresses unless told otherwise, and listens on all interfaces. */
  mode: 'local' | 'public'
  /** Multiaddrs to listen on. Default: a free loopback port under local, port 4001 under public. */
  listen?: readonly string[]
  /** Multiaddrs ending in /p2p/<id> of peers that stay connected. */
  peers?: readonly string[]
  /** URLs of trustless gateways that are asked for what peers do not have. */
  gateways?: readonly string[]
  /** URLs of delegated routers that are asked who has what nobody else has. Public alone. */
  routers?: readonly string[]
  dialPrivate?: boolean
  /** The libp2p private key; made with mode 0600 on first use. */
  keyFile: string
  /** Multiaddrs to tell instead of those it listens on. */
  announce?: readonly string[]
  /** Multiaddrs, /dnsaddr among them, of peers that know the DHT; none: it is not used. Public alone. */
  bootstrap?: readonly string[]
  log: Log
  /** Milliseconds that `start` waits for the first process. */
  startTimeout?: number
}

/** The driver that runs libp2p and Bitswap in a process of its own. No call throws because that process died. */
export async function embeddedNetwork(options: EmbeddedOptions): Promise<Network> {
  const { mode, log, keyFile, announce = [], peers = [], gateways = [], routers = [], bootstrap = [], dialPrivate = mode === 'local', startTimeout = 15_000 } = options
  const listen = options.listen ?? [mode === 'local' ? '/ip4/127.0.0.1/tcp/0' : '/ip4/0.0.0.0/tcp/4001']
  const peerId = await loadPeerId(keyFile)
  const sessions = new Map<number, Session>()
  const spare = spareMemory()
  let lastSession = 0
  let guest: GuestProcess | undefined
  let ready: Channel | undefined // the process that listens, if one does
  let running: RunningFrame | undefined // what the last one that listened said
  let failures = 0
  let stopWaiting = () => {} // ends a start that is under way
  const told = announcements(() => ready)
  const names = nameQuestions(() => ready, mode === 'public' ? undefined : 'this server is set to THOLE_NETWORK=local')

  function config(): GuestConfig {
    // The port that the system chose is kept, so that what we told clients stays true; unless it is taken now.
    const again = running !== undefined && failures < 3 ? running.listening : listen
    const kept = peers.map((address) => parseOrigin(address, { dialPrivate: true })).filter((peer): peer is Origin => !('skipped' in peer))
    const dht = mode === 'public' && bootstrap.length > 0 ? { bootstrap: [...bootstrap] } : undefined
    return { keyFile, listen: [...again], announce: [...announce], peers: kept, gateways: [...gateways], routers: mode === 'public' ? [...routers] : [], dht, dialPrivate }
  }

  function onRunning(frame: RunningFrame, started: () => void): void {
    running = frame
    failures = 0
    if (ready === undefined) {
      ready = guest?.channel
      log.debug({ peerId: frame.peerId, addresses: frame.addresses }, 'the network is up')
      if (ready !== undefined) for (const session of sessions.values()) session.resume(ready)
    }
    started()
  }

  function onExit(): void {
    ready = undefined
    for (const session of sessions.values()) session.interrupted()
    told.interrupted()
    names.interrupted()
  }

  return {
    async start(server) {
      if (guest !== undefined) return
      for (const address of peers) {
        const peer = parseOrigin(address, { dialPrivate: true })
        if ('skipped' in peer) log.warn({ address, reason: peer.skipped }, 'a configured peer cannot be dialled')
      }
      await new Promise<void>((resolve) => {
        const patience = setTimeout(() => {
          log.error({}, 'the network did not start in time; the server goes on without it')
          resolve()
        }, startTimeout)
        const started = () => {
          clearTimeout(patience)
          resolve()
        }
        stopWaiting = started
        guest = runGuest({
          log,
          codeCache: join(dirname(keyFile), 'network-code'),
          spare,
          onSpawn: (channel) => channel.sendJson(kinds.config, config()),
          onFrame: frameHandler(server, started),
          onExit,
        })
      })
    },
    fetch(fetchOptions: FetchOptions): FetchSession {
      const id = ++lastSession
      const session = createSession({ ...fetchOptions, id, dialPrivate, spare, channel: () => ready, onClose: () => sessions.delete(id) })
      if (!fetchOptions.signal.aborted) sessions.set(id, session)
      return session
    },
    announce: told.announce,
    names,
    delegates: () => delegatesOf(peerId, announce.length > 0 ? announce : (running?.addresses ?? []), { isPrivateNetwork: mode === 'local' || dialPrivate || announce.length > 0 }),
    status: () => ({
      driver: 'embedded',
      state: ready !== undefined ? 'running' : guest === undefined ? 'off' : running === undefined ? 'starting' : 'restarting',
      peerId,
      pid: guest?.pid,
      addresses: running?.addresses ?? [],
      peers: ready === undefined ? 0 : (running?.peers ?? 0),
      arrivals: running?.arrivals,
      dht: running?.dht,
      restarts: guest?.restarts ?? 0,
    }),
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()))
      await guest?.close()
      stopWaiting()
      guest = undefined
      running = undefined
    },
  }

  function frameHandler(server: BlockServer, started: () => void): (kind: number, body: Buffer) => void {
    const answer = answers(server, log)
    return (kind, body) => {
      if (kind === kinds.block) {
        const { fetch, multihash, bytes } = decodeBlock(body)
        sessions.get(fetch)?.onBlock(multihash, bytes)
      } else if (kind === kinds.get || kind === kinds.size) {
        const asking = guest?.channel
        if (asking !== undefined) void answer(kind, body, asking)
      } else if (kind === kinds.attempts) {
        const frame = decodeJson<AttemptsFrame>(body)
        sessions.get(frame.fetch)?.onAttempts(frame)
      } else if (kind === kinds.announced) told.onAnnounced(decodeJson(body))
      else if (kind === kinds.recordsFound) names.onFound(decodeJson(body))
      else if (kind === kinds.recordTold) names.onTold(decodeJson(body))
      else if (kind === kinds.running) onRunning(decodeJson(body), started)
      else if (kind === kinds.log) {
        const { level, words, data } = decodeJson<LogFrame>(body)
        log[level](data, words)
      } else if (kind === kinds.failed) {
        failures++
        log.error(decodeJson<object>(body), 'the network cannot start; the server goes on without it')
        started()
      }
    }
  }
}
