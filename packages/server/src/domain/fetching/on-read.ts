import type { CID } from 'multiformats/cid'
import { fault, type Fault } from '../../kernel/faults.ts'
import { durationInWords } from '../../kernel/words.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FetchSession, Network } from '../../ports/network.ts'
import { keptBlocks } from './kept-blocks.ts'
import { isStalled } from './patience.ts'

export interface OnReadLimits {
  /** Milliseconds that one block is waited for. */
  maxMs: number
  /** Bytes of blocks that are kept in memory, those that were read longest ago go first. */
  maxBytes: number
  /** Blocks asked for at the same time. */
  maxWants: number
  /** Readers that wait at the same time, for blocks that are asked for or are to be. */
  maxReaders: number
}

export interface OnReadParts {
  network: Network
  clock: Clock
  limits: OnReadLimits
}

/** Blocks that a reader needs and that are not here: fetched, checked, and kept in memory for a while. Nothing is stored. */
export interface FetchOnRead {
  /**
   * The bytes, which are the caller's own. Faults NO_PROVIDERS, FETCH_TIMEOUT; RATE_LIMITED where too many readers wait. Whoever calls has
   * asked the denylists.
   */
  get(cid: CID, options?: { signal?: AbortSignal }): Promise<Uint8Array>
  close(): Promise<void>
}

/** One block that readers wait for. */
interface Want {
  cid: CID
  readers: number
  round?: Round
  come: PromiseWithResolvers<Uint8Array>
  late?: NodeJS.Timeout
}

/** A session of the network, with what is asked for in it. */
interface Round {
  session: FetchSession
  wants: Map<string, Want>
  fetched: number
  began: number
  /** When something came, or was asked for, last. */
  lastStep: number
}

const lookMs = 250
/** A session knows a bounded number of peers: after so long a fresh one is begun. */
const roundMs = 60_000
/** So long one without wants is kept for the next. */
const restMs = 2_000

export function createFetchOnRead({ network, clock, limits: { maxMs, maxBytes, maxWants, maxReaders } }: OnReadParts): FetchOnRead {
  const kept = keptBlocks(maxBytes)
  const wanted = new Map<string, Want>()
  /** Those for which there is no room yet. */
  const line = new Set<Want>()
  const rounds = new Set<Round>()
  let readers = 0
  const watch = setInterval(() => rounds.forEach(lookAt), lookMs).unref()

  function want(key: string, cid: CID): Want {
    const fresh: Want = { cid, readers: 0, come: Promise.withResolvers() }
    // Whoever waits hears of it.
    fresh.come.promise.catch(() => {})
    wanted.set(key, fresh)
    const reason = `block ${cid} was not here within ${durationInWords(maxMs)}`
    fresh.late = setTimeout(() => end(key, fresh, fault('FETCH_TIMEOUT', { reason })), maxMs).unref()
    line.add(fresh)
    askNext()
    return fresh
  }

  function askNext(): void {
    const asked: CID[] = []
    let round: Round | undefined
    for (const next of line) {
      if (wanted.size - line.size >= maxWants) break
      line.delete(next)
      round ??= currentRound()
      round.wants.set(keyOf(next.cid), next)
      next.round = round
      asked.push(next.cid)
    }
    if (round === undefined) return
    round.lastStep = clock.now()
    round.session.want(asked)
  }

  /** Nobody waits for it in here any more. */
  function end(key: string, ended: Want, why: Fault | Uint8Array): void {
    if (wanted.get(key) !== ended) return
    clearTimeout(ended.late)
    wanted.delete(key)
    line.delete(ended)
    if (ended.round?.wants.delete(key) && !(why instanceof Uint8Array)) ended.round.session.cancel([ended.cid])
    if (why instanceof Uint8Array) ended.come.resolve(why)
    else ended.come.reject(why)
    askNext()
  }

  function currentRound(): Round {
    const now = clock.now()
    for (const round of rounds) if (now - round.began < roundMs) return round
    const fresh: Round = { session: network.fetch({ origins: [], signal: AbortSignal.any([]) }), wants: new Map(), fetched: 0, began: now, lastStep: now }
    rounds.add(fresh)
    void take(fresh)
    return fresh
  }

  async function take(round: Round): Promise<void> {
    for await (const block of round.session.blocks) {
      const key = keyOf(block.cid)
      const bytes = new Uint8Array(block.bytes)
      round.session.release(block)
      round.fetched++
      round.lastStep = clock.now()
      kept.put(key, bytes)
      const came = round.wants.get(key)
      if (came) end(key, came, bytes)
    }
    rounds.delete(round)
    for (const [key, left] of round.wants) end(key, left, fault('NO_PROVIDERS', { reason: 'the network session ended' }))
  }

  function lookAt(round: Round): void {
    const { session, wants, fetched, began, lastStep } = round
    const now = clock.now()
    const quiet = now - lastStep
    if (wants.size === 0) {
      if (quiet > restMs || now - began > roundMs) close(round)
    } else if (isStalled(quiet, session.attempts(), network.status(), { fetched, waitingFor: wants.size })) {
      for (const [key, { cid }] of wants) end(key, wants.get(key)!, fault('NO_PROVIDERS', { reason: `block ${cid} is not here, and none of them gave it` }))
    }
  }

  function close(round: Round): Promise<void> {
    rounds.delete(round)
    return round.session.close()
  }

  return {
    async get(cid, { signal } = {}) {
      const key = keyOf(cid)
      const here = kept.get(key)
      if (here !== undefined) return new Uint8Array(here)
      signal?.throwIfAborted()
      if (readers >= maxReaders) throw fault('RATE_LIMITED', { seconds: 5 })
      const found = wanted.get(key) ?? want(key, cid)
      readers++
      found.readers++
      const left = Promise.withResolvers<never>()
      const leave = () => left.reject(signal?.reason)
      signal?.addEventListener('abort', leave, { once: true })
      try {
        return new Uint8Array(await Promise.race([found.come.promise, left.promise]))
      } finally {
        signal?.removeEventListener('abort', leave)
        readers--
        if (--found.readers === 0) end(key, found, fault('ABORTED'))
      }
    },

    async close() {
      clearInterval(watch)
      for (const [key, left] of wanted) end(key, left, fault('SHUTTING_DOWN'))
      await Promise.all([...rounds].map(close))
    },
  }
}

/** Blocks are the same under every codec. */
function keyOf({ multihash: { bytes } }: CID): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
