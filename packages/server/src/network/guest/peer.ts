import { encodeMessage } from '../wire/encode.ts'
import type { WantEntry } from '../wire/message.ts'
import type { Fetch } from './fetch.ts'
import { limits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { Want } from './want.ts'

/** How an HTTP gateway takes part, which is asked like a peer. */
export interface GatewayPart {
  /** Where it stands among those whom this fetch may ask now; undefined: not at all. */
  rankFor(fetch: Fetch): 'likely' | 'last' | undefined
  /** It can take no more wants of this fetch now. */
  isFullFor(fetch: Fetch): boolean
  /** Delivers what has come already, before it was wanted; whether it had it. */
  give(want: Want): boolean
}

/** A connected peer as the one who asks sees it. */
export interface Peer {
  readonly id: string
  readonly gateway?: GatewayPart
  /** Wants that it was asked for and has not answered. */
  readonly live: ReadonlyMap<string, Want>
  /** It has as many wants as it can take, until enough are answered. */
  readonly busy: boolean
  /** It does not speak Bitswap 1.2. */
  readonly deaf: boolean
  /** Connected for the sake of routing alone: only a fetch that names it asks it. */
  passing: boolean
  /** It let its wants lie; others are asked first until it sends something. */
  stalled: boolean
  /** When bytes last came, or the first want was given to it. */
  progressAt: number
  /** What it sent that nobody had asked for, or that breaks the rules; what was wanted makes up for some of it. */
  strays: number
  /** The last of that, in words. */
  offence?: string
  ask(want: Want): void
  drop(want: Want, how: { tell: boolean }): void
  /** Sends all live wants again, in case it lost them. */
  resend(): void
  close(): void
}

export interface PeerOptions {
  box: Outbox
  /** The wants could not be sent and never will be. */
  onDeaf(): void
}

export function createPeer(id: string, { box, onDeaf }: PeerOptions): Peer {
  const live = new Map<string, Want>()
  let asks: Want[] = []
  let cancels: Uint8Array[] = []
  let busy = false
  let deaf = false
  let closed = false
  let flushing = false
  let doubt = false

  function schedule(): void {
    if (flushing || closed) return
    flushing = true
    setImmediate(() => void flush())
  }

  async function flush(): Promise<void> {
    let failures = 0
    while (!closed && asks.length + cancels.length > 0) {
      // On a new stream, or in doubt, the whole list replaces whatever the peer remembers.
      const full = doubt || !box.open
      if (full) asks = [...live.values()]
      doubt = false
      try {
        await box.send(encodeMessage({ wants: takeEntries(), full }))
        failures = 0
      } catch (error) {
        if (isUnsupported(error)) return giveUp()
        doubt = true
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** failures++, 5000)))
      }
    }
    flushing = false
  }

  /** Never both in one message: Kubo takes a want and a cancel of one CID there for a cancel, in any order. */
  function takeEntries(): WantEntry[] {
    if (cancels.length > 0) return cancels.splice(0).map(cancelEntry)
    return asks.splice(0, limits.wantsPerMessage).filter((want) => live.get(want.key) === want).map(wantEntry)
  }

  function giveUp(): void {
    deaf = true
    flushing = false
    onDeaf()
  }

  return {
    id,
    live,
    passing: false,
    stalled: false,
    progressAt: Date.now(),
    strays: 0,
    get busy() {
      return busy
    },
    get deaf() {
      return deaf
    },
    ask(want) {
      if (live.size === 0) this.progressAt = Date.now()
      live.set(want.key, want)
      if (live.size >= limits.wantsPerPeer) busy = true
      if (want.answered) cancels.push(want.cid) // Helia ignores a want that it answered seconds ago, unless it is cancelled
      asks.push(want)
      schedule()
    },
    drop(want, { tell }) {
      if (!live.delete(want.key)) return
      if (live.size <= limits.refillAt) busy = false
      if (!tell) return
      cancels.push(want.cid)
      schedule()
    },
    resend() {
      doubt = true
      cancels = [...live.values()].map(({ cid }) => cid)
      schedule()
    },
    close() {
      closed = true
    },
  }
}

function wantEntry({ cid }: Want): WantEntry {
  return { cid, cancel: false, have: false, sendDontHave: true }
}

function cancelEntry(cid: Uint8Array): WantEntry {
  return { cid, cancel: true, have: false, sendDontHave: false }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnsupportedProtocolError'
}
