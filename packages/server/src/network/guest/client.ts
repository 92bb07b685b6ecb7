import { keyOfBlock, keyOfCid } from '../wire/block-key.ts'
import type { Message, WireBlock } from '../wire/message.ts'
import { attemptBook } from './attempts.ts'
import { choose, tiersFor } from './choose.ts'
import { createFetch, hasBudget, learnSize, park, scoreOf, unpark } from './fetch.ts'
import type { Fetch } from './fetch.ts'
import { limits } from './limits.ts'
import type { GatewayPart, Peer } from './peer.ts'
import { recentSet } from './recent.ts'
import { fetchesAt, sweepPeer } from './stall.ts'
import { ask, refuse, release } from './want.ts'
import type { Want } from './want.ts'
import type { AttemptsFrame } from '../pipe/frames.ts'

/** The asking half of Bitswap: many fetches, many peers, each want at one peer at a time. */
export interface Client {
  open(id: number): Fetch
  close(fetch: Fetch): void
  want(fetch: Fetch, cids: Uint8Array[]): void
  cancel(fetch: Fetch, cids: Uint8Array[]): void
  taken(fetch: Fetch, bytes: number): void
  join(peer: Peer): void
  leave(peer: Peer): void
  receive(peer: Peer, message: Message): void
  /** The peer broke a rule. */
  offend(peer: Peer, why: string, how?: { weight?: number }): void
  /** Bytes that were checked, for a want that this peer has. */
  accept(peer: Peer, want: Want, bytes: Uint8Array): void
  /** The peer does not deliver this: it has not got it, or failed. */
  refuse(peer: Peer, want: Want, how: { missing: boolean }): void
  stop(): void
}

export interface ClientOptions {
  deliver(fetch: Fetch, key: string, bytes: Uint8Array): void
  report(attempts: AttemptsFrame): void
  /** The peer went too far, as its `offence` says. */
  onLiar(peer: Peer): void
}

export function createClient({ deliver, report, onLiar }: ClientOptions): Client {
  const fetches = new Set<Fetch>()
  const peers = new Set<Peer>()
  const gateways = new Set<GatewayPart>()
  const wants = new Map<string, Want>()
  const recent = recentSet(limits.recentKeys)
  const sweeper = setInterval(sweep, limits.sweepEvery)
  let assigning = false

  function assignSoon(): void {
    if (assigning) return
    assigning = true
    setImmediate(() => {
      assigning = false
      // One slice for each fetch at a time, so that a large one does not starve the rest.
      let busy = [...fetches]
      while (busy.length > 0) busy = busy.filter(assignSlice)
    })
  }

  /** Gives waiting wants to peers; true when there may be more to give. */
  function assignSlice(fetch: Fetch): boolean {
    const tiers = tiersFor(fetch, peers)
    if (tiers.every((tier) => tier.length === 0)) return false
    let putBack = false
    for (let i = 0; i < 100 && hasBudget(fetch); i++) {
      const want = fetch.waiting.peek()
      if (want === undefined) return false
      if (want.holder === undefined && want.fetches.has(fetch)) {
        const peer = choose(want, tiers, fetch)
        if (peer === 'busy') return false
        if (peer === 'later') {
          fetch.waiting.push(want)
          putBack = true
        } else if (peer === undefined) park(fetch, want)
        else ask(want, peer, fetch)
      }
      fetch.waiting.shift()
    }
    return !putBack && hasBudget(fetch)
  }

  function forget(fetch: Fetch, want: Want): void {
    fetch.wants.delete(want.key)
    want.fetches.delete(fetch)
    if (want.fetches.size === 0) {
      release(want, { tell: true })
      wants.delete(want.key)
      recent.add(want.key)
    } else if (want.payer === fetch) {
      const [heir] = want.fetches
      fetch.asked--
      want.payer = heir
      if (heir !== undefined) heir.asked++
    }
  }

  function onBlock(peer: Peer, block: WireBlock): void {
    const key = tryKey(block)
    const want = key === undefined ? undefined : wants.get(key)
    if (want === undefined) {
      if (key === undefined || !recent.has(key)) onStray(peer)
      return
    }
    accept(peer, want, block.data)
  }

  function accept(peer: Peer, want: Want, bytes: Uint8Array): void {
    release(want, { tell: want.holder !== peer })
    want.answered = true
    if (peer.strays > 0) peer.strays = Math.max(0, peer.strays - limits.strayRelief)
    for (const fetch of want.fetches) {
      learnSize(fetch, bytes.length)
      if (fetch.untaken > limits.maxUntaken) {
        fetch.waiting.push(want)
        continue
      }
      scoreOf(fetch, peer).blocks++
      fetch.book.count(peer.id, 'blocks')
      fetch.recheckDelay = limits.recheckFirst
      want.fetches.delete(fetch)
      fetch.wants.delete(want.key)
      fetch.untaken += bytes.length
      deliver(fetch, want.key, bytes)
    }
    if (want.fetches.size > 0) return
    wants.delete(want.key)
    recent.add(want.key)
  }

  /** Most likely it was meant for the want that waits longest: that one is asked elsewhere. */
  function onStray(peer: Peer): void {
    offend(peer, 'it sent blocks that nobody asked for, or whose bytes do not match their hash')
    const [oldest] = peer.live.values()
    if (oldest !== undefined) refuse(oldest, peer)
  }

  function offend(peer: Peer, why: string, { weight = 1 } = {}): void {
    if (isLiar(peer)) return
    if (peer.offence !== why) for (const fetch of fetchesAt(peer)) fetch.book.note(peer.id, why)
    peer.offence = why
    peer.strays += weight
    if (isLiar(peer)) onLiar(peer)
  }

  function lacks(peer: Peer, want: Want): void {
    for (const fetch of want.fetches) {
      scoreOf(fetch, peer).missing++
      fetch.book.count(peer.id, 'missing')
    }
    refuse(want, peer)
  }

  function onDontHave(peer: Peer, cid: Uint8Array): void {
    const want = peer.live.get(keyOfCid(cid))
    if (want !== undefined) lacks(peer, want)
    else offend(peer, 'it answers what it was not asked', { weight: limits.idleAnswer })
  }

  function isGiven(want: Want): boolean {
    return gateways.size > 0 && gateways.values().some((gateway) => gateway.give(want))
  }

  function sweep(): void {
    const now = Date.now()
    for (const fetch of fetches) if (now >= fetch.recheckAt) unpark(fetch, { everyone: true })
    for (const peer of peers) sweepPeer(peer, peers, now)
    assignSoon()
  }

  return {
    open(id) {
      const fetch = createFetch(id, attemptBook((rows, last) => report({ fetch: id, rows, last })))
      fetches.add(fetch)
      return fetch
    },
    close(fetch) {
      fetches.delete(fetch)
      fetch.closing.abort()
      for (const want of fetch.wants.values()) forget(fetch, want)
      fetch.book.close()
      assignSoon()
    },
    want(fetch, cids) {
      for (const view of cids) {
        const key = keyOfCid(view)
        let want = wants.get(key)
        if (want === undefined) {
          want = { key, cid: Uint8Array.from(view), fetches: new Set(), askedAt: 0, answered: recent.has(key), refusedBy: new Set() }
          wants.set(key, want)
        }
        want.fetches.add(fetch)
        fetch.wants.set(key, want)
        if (!isGiven(want)) fetch.waiting.push(want)
      }
      assignSoon()
    },
    cancel(fetch, cids) {
      for (const cid of cids) {
        const want = fetch.wants.get(keyOfCid(cid))
        if (want !== undefined) forget(fetch, want)
      }
      assignSoon()
    },
    taken(fetch, bytes) {
      fetch.untaken = Math.max(0, fetch.untaken - bytes) // blocks of a process before this one are taken too
      if (fetch.waiting.length > 0) assignSoon()
    },
    join(peer) {
      peers.add(peer)
      if (peer.gateway !== undefined) gateways.add(peer.gateway)
      if (!peer.passing) for (const fetch of fetches) unpark(fetch, { everyone: false })
      assignSoon()
    },
    leave(peer) {
      peers.delete(peer)
      if (peer.gateway !== undefined) gateways.delete(peer.gateway)
      for (const want of peer.live.values()) {
        release(want, { tell: false })
        for (const fetch of want.fetches) fetch.waiting.push(want)
      }
      for (const fetch of fetches) fetch.book.lost(peer.id, goodbye(peer))
      assignSoon()
    },
    receive(peer, message) {
      for (const block of message.blocks) {
        if (isLiar(peer)) return
        onBlock(peer, block)
      }
      for (const { cid, have } of message.presences) {
        if (isLiar(peer)) return
        if (!have) onDontHave(peer, cid)
      }
      assignSoon()
    },
    offend,
    accept(peer, want, bytes) {
      accept(peer, want, bytes)
      assignSoon()
    },
    refuse(peer, want, { missing }) {
      if (missing) lacks(peer, want)
      else refuse(want, peer)
      assignSoon()
    },
    stop: () => clearInterval(sweeper),
  }
}

function isLiar(peer: Peer): boolean {
  return peer.strays > limits.maxStrays
}

/** Why a peer is not there any more. */
function goodbye(peer: Peer): string {
  if (peer.deaf) return 'it does not speak Bitswap 1.2'
  return isLiar(peer) && peer.offence !== undefined ? peer.offence : 'the connection was closed'
}

function tryKey(block: WireBlock): string | undefined {
  try {
    return keyOfBlock(block)
  } catch {
    return undefined // a hash that is not known here answers no want of ours
  }
}
