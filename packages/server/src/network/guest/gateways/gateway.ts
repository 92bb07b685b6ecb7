import { DagError } from '@thole/dag'
import { keyOfBlock, prefixOfCid } from '../../wire/block-key.ts'
import type { Client } from '../client.ts'
import { dialFailure } from '../dial-failure.ts'
import { scoreOf } from '../fetch.ts'
import type { Fetch } from '../fetch.ts'
import { httpClient } from '../http/client.ts'
import { HttpFailure } from '../http/failure.ts'
import { limits } from '../limits.ts'
import type { Peer } from '../peer.ts'
import type { Want } from '../want.ts'
import { absences } from './absences.ts'
import { askBlock, askCar } from './ask.ts'
import { holdCar } from './car.ts'
import type { Car } from './car.ts'
import { createFollowers } from './followers.ts'
import { askInLine } from './line.ts'
import { createTemper } from './temper.ts'

/** A trustless HTTP gateway as the one who asks sees it: a peer that answers by HTTP instead of Bitswap. */
export interface Gateway extends Peer {
  /** Lets a fetch ask it, until the fetch is closed; `address` names it in the attempts. */
  follow(fetch: Fetch, address: string): void
  /** No fetch may ask it. */
  readonly idle: boolean
}

export interface GatewayOptions {
  /** Names it: the URL without credentials. */
  id: string
  /** `http://…` or `https://…`, without a slash at its end. */
  url: string
  /** The operator named it: its host may be at a private address. */
  trusted: boolean
  dialPrivate: boolean
  client: Pick<Client, 'accept' | 'refuse'>
  onIdle(): void
}

/**
 * A DAG that a fetch has nothing of is asked for as a whole, as a CAR; all else block by block. Everything is checked
 * against its hash here, and whatever a gateway does costs a bounded amount: it is left alone for a while when it fails,
 * for long when it lies.
 */
export function createGateway({ id, url, trusted, dialPrivate, client, onIdle }: GatewayOptions): Gateway {
  const http = httpClient({ trusted: trusted ? new URL(url).hostname : undefined, dialPrivate, sockets: limits.gatewayRequests + limits.gatewayCars })
  const live = new Map<string, Want>()
  const line = askInLine(limits.gatewayRequests, askForBlock)
  const streams = new Map<Fetch, { car: Car; stop: AbortController }>() // that are being read
  const cars = new Set<Car>()
  const followers = createFollowers(id)
  const absent = absences()
  const temper = createTemper()
  let noCarUntil = 0

  async function askForBlock(want: Want, signal: AbortSignal): Promise<void> {
    try {
      const bytes = await askBlock({ http, url, cid: want.cid, signal })
      if (signal.aborted) return
      if (bytes === undefined) onAbsent(want)
      else answer(want, bytes)
    } catch (error) {
      if (!signal.aborted) onFailure(error, want)
    }
  }

  /** What the stream does not bring is asked for block by block when it has ended, however it ended. */
  async function askForDag(want: Want, fetch: Fetch): Promise<void> {
    const stop = new AbortController()
    const end = () => stop.abort()
    fetch.closing.signal.addEventListener('abort', end)
    let came = 0
    const onBlock = (key: string, bytes: Uint8Array) => {
      came++
      const wanted = fetch.wants.get(key) // whoever was asked for it
      return wanted !== undefined && answer(wanted, bytes)
    }
    const car = holdCar({ stop, onBlock, isSated: () => fetch.untaken > limits.fetchBudget, isStarving: () => fetch.wants.size > 0 })
    cars.add(car)
    streams.set(fetch, { car, stop })
    try {
      const blocks = await askCar({ http, url, cid: want.cid, signal: stop.signal })
      if (blocks === undefined) onAbsent(want)
      else await car.read(blocks)
    } catch (error) {
      if (isGrave(error) && !stop.signal.aborted && came === 0) onFailure(error, want)
      if (came === 0 && !fetch.closing.signal.aborted) noCarUntil = Date.now() + limits.banFor
    }
    streams.delete(fetch)
    if (came > 0 && live.has(want.key) && !car.gave(want.key)) lied('it sent a CAR without the block that was asked for')
    for (const left of live.values()) if (left.fetches.has(fetch) && !line.has(left.key)) line.push(left)
    await car.drain()
    fetch.closing.signal.removeEventListener('abort', end)
    cars.delete(car)
  }

  function answer(want: Want, bytes: Uint8Array): boolean {
    if (!isBlock(want, bytes)) {
      lied('it sent bytes that do not match their hash')
      return false
    }
    temper.good()
    followers.tellOf(want, 'connected')
    client.accept(gateway, want, bytes)
    return true
  }

  function onAbsent(want: Want): void {
    temper.good()
    if (!absent.has(want.key)) absent.add(want.key)
    followers.tellOf(want, 'connected')
    client.refuse(gateway, want, { missing: true })
  }

  function onFailure(error: unknown, want: Want): void {
    const words = error instanceof HttpFailure ? error.message : dialFailure(error)
    if (error instanceof HttpFailure && error.lie) return lied(words)
    const { retryAfter } = error instanceof HttpFailure ? error : {}
    if (temper.bad(words, { grave: isGrave(error), retryAfter })) return leaveAlone()
    followers.tellOf(want, 'failed', words)
    client.refuse(gateway, want, { missing: false })
  }

  function lied(reason: string): void {
    temper.lied(reason)
    leaveAlone()
  }

  function leaveAlone(): void {
    followers.tell('failed', temper.away)
    for (const { stop } of streams.values()) stop.abort()
    for (const want of live.values()) client.refuse(gateway, want, { missing: false })
  }

  /** The fetch for which this is the whole DAG, where that is to be asked for as one. */
  function dagOf(want: Want): Fetch | undefined {
    if (cars.size >= limits.gatewayCars || Date.now() < noCarUntil || isLeaf(want.cid)) return undefined
    return want.fetches.values().find((fetch) => fetch.root === want.key && followers.has(fetch) && !streams.has(fetch))
  }

  function held(key: string): Uint8Array | undefined {
    for (const car of cars) {
      const bytes = car.take(key)
      if (bytes !== undefined) return bytes
    }
    return undefined
  }

  function unfollow(fetch: Fetch): void {
    followers.delete(fetch)
    if (followers.size === 0) onIdle()
  }

  const gateway: Gateway = {
    get idle() {
      return followers.size === 0
    },
    id,
    live,
    busy: false,
    deaf: false,
    passing: false,
    stalled: false,
    progressAt: 0,
    strays: 0,
    gateway: {
      rankFor(fetch) {
        if (!followers.has(fetch) || temper.away !== undefined) return undefined
        const { blocks, missing } = scoreOf(fetch, gateway)
        if (missing > 16 && missing > 4 * blocks) return undefined
        return blocks > 0 || streams.has(fetch) ? 'likely' : 'last'
      },
      isFullFor(fetch) {
        if (streams.has(fetch)) return live.size >= limits.wantsPerPeer
        const share = scoreOf(fetch, gateway).blocks === 0 ? limits.gatewayProbes : limits.gatewayWants / followers.wanting
        return line.size >= limits.gatewayWants || line.of(fetch) >= share
      },
      give(want) {
        const bytes = held(want.key)
        return bytes !== undefined && answer(want, bytes)
      },
    },
    follow(fetch, address) {
      const known = followers.addressOf(fetch)
      if (known === address) return
      if (known !== undefined) return fetch.book.mark(address, id, 'skipped', 'this gateway is asked already', 'gateway')
      followers.add(fetch, address)
      fetch.book.mark(address, id, temper.away === undefined ? 'dialling' : 'failed', temper.away, 'gateway')
      fetch.closing.signal.addEventListener('abort', () => unfollow(fetch), { once: true })
    },
    ask(want) {
      live.set(want.key, want)
      if (temper.away !== undefined) return client.refuse(gateway, want, { missing: false })
      if (absent.has(want.key)) return onAbsent(want)
      if (want.fetches.values().some((fetch) => streams.get(fetch)?.car.gave(want.key) === false)) return // it may come by itself
      const fetch = dagOf(want)
      if (fetch === undefined) line.push(want)
      else void askForDag(want, fetch)
    },
    drop(want) {
      if (live.delete(want.key)) line.drop(want.key)
    },
    resend() {},
    close: () => http.close(),
  }
  return gateway
}

/** The server cannot be reached, or asks for patience: the next question would fare no better. */
function isGrave(error: unknown): boolean {
  return error instanceof HttpFailure ? error.retryAfter !== undefined : !(error instanceof DagError)
}

function isBlock({ cid, key }: Want, data: Uint8Array): boolean {
  try {
    return keyOfBlock({ prefix: prefixOfCid(cid), data }) === key
  } catch {
    return false
  }
}

/** A CIDv1 of the codec raw: there is no DAG below it. */
function isLeaf(cid: Uint8Array): boolean {
  return cid[0] === 1 && cid[1] === 0x55
}
