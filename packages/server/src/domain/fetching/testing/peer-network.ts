import { canonicalCid, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import type { FetchSession, Network, NetworkStatus, PeerAttempt } from '../../../ports/network.ts'

/** What the peer of one address has. `mute`: it never answers. */
export interface FakePeer {
  has: Map<string, Block>
  mute?: boolean
}

const off = { state: 'off', reason: 'nobody is asked or told' } as const

/** A network of peers in memory: an address that is no peer's refuses connections. What is wanted in one turn comes in the next. */
export function peerNetwork(peers: Record<string, FakePeer>) {
  const status: NetworkStatus = { driver: 'embedded', state: 'running', addresses: [], peers: 0, restarts: 0 }
  const log = { sessions: 0, wanted: 0, sent: 0 }

  function fetch({ origins, signal }: Parameters<Network['fetch']>[0]): FetchSession {
    log.sessions++
    const rows = new Map<string, PeerAttempt>()
    const ready: Block[] = []
    const wanted = new Map<string, CID>()
    let wake = () => {}
    let isClosed = signal.aborted
    let isServing = false

    const addOrigins = (addresses: readonly string[]) => {
      for (const address of addresses) {
        if (rows.has(address)) continue
        const row: PeerAttempt = peers[address] ? { address, state: 'connected', blocks: 0, missing: 0 } : { address, state: 'failed', reason: 'connection refused', blocks: 0, missing: 0 }
        rows.set(address, row)
      }
      serveSoon()
    }
    const serveSoon = () => {
      if (isServing) return
      isServing = true
      setImmediate(() => {
        isServing = false
        for (const [key, cid] of wanted) serve(key, cid)
        wake()
      })
    }
    const serve = (key: string, cid: CID) => {
      for (const [address, row] of rows) {
        const peer = peers[address]
        if (peer === undefined || peer.mute) continue
        const block = peer.has.get(key)
        if (block === undefined) row.missing++
        else {
          row.blocks++
          log.sent++
          wanted.delete(key)
          return void ready.push({ cid, bytes: new Uint8Array(block.bytes) })
        }
      }
    }
    async function* take(): AsyncGenerator<Block> {
      while (!isClosed) {
        const block = ready.shift()
        if (block) yield block
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    }
    const close = () => {
      isClosed = true
      wake()
      return Promise.resolve()
    }
    signal.addEventListener('abort', close)
    addOrigins(origins)
    return {
      window: 2000,
      blocks: take(),
      attempts: () => [...rows.values()].map((row) => ({ ...row })),
      addOrigins,
      close,
      want(cids) {
        log.wanted += cids.length
        for (const cid of cids) wanted.set(canonicalCid(cid), cid)
        serveSoon()
      },
      cancel: (cids) => cids.forEach((cid) => wanted.delete(canonicalCid(cid))),
      release: ({ bytes }) => void bytes.fill(0xff), // whoever looks at it again sees it
    }
  }

  const network: Network = {
    start: () => Promise.resolve(),
    fetch,
    announce: () => Promise.resolve(off),
    names: { find: () => Promise.resolve(off), publish: () => Promise.resolve(off) },
    delegates: () => [],
    status: () => status,
    close: () => Promise.resolve(),
  }
  return { network, status, log }
}

export function peerWith(...blocks: readonly Block[]): FakePeer {
  return { has: new Map(blocks.map((block) => [canonicalCid(block.cid), block])) }
}
