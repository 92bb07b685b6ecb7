import type { Root } from '../api/uploads.ts'
import type { SendProgress } from '../sending/messages.ts'
import type { Receipt, SendRequest } from '../sending/send.ts'
import type { Plan } from './plan.ts'
import { createRate } from './rate.ts'

export interface UploadOptions {
  /** Instead of the file's or folder's own. */
  name?: string
  profile?: string
  /** Undefined: as the account decided. */
  pin?: boolean
}

/** `choosing`: a CAR that waits for the user's word. `reading`: its CID is found out. `storing`: all is sent, the server has not answered. */
export type TransferState = 'choosing' | 'waiting' | 'reading' | 'sending' | 'storing' | 'stored' | 'failed'

export interface Transfer {
  id: number
  plan: Plan
  options: UploadOptions
  unpack: boolean
  state: TransferState
  /** Bytes that are read, or sent, of those that have to be. */
  done: number
  total: number
  /** Bytes a second. */
  speed: number
  /** Known before anything is sent. */
  cid?: string
  roots: Root[]
  /** ISO 8601: nothing was sent, for an upload of then has brought it. */
  since?: string
  error?: unknown
}

export interface UploadQueueParts {
  send(request: SendRequest): Promise<Receipt>
  /** Bytes that one request may have. */
  maxPart(): number | undefined
  /** After each end, an abort too: the server may have had all of it before. */
  onSettled(): void
  parallel?: number
}

/** The uploads of this tab. It lives outside of the page tree, so that they go on while the user looks elsewhere. */
export function createUploadQueue({ send, maxPart, onSettled, parallel = 2 }: UploadQueueParts) {
  let transfers: readonly Transfer[] = []
  let nextId = 1
  const running = new Map<number, AbortController>()
  const listeners = new Set<() => void>()

  const set = (next: readonly Transfer[]) => {
    transfers = next
    for (const listener of listeners) listener()
  }
  const change = (id: number, part: Partial<Transfer>) => set(transfers.map((transfer) => (transfer.id === id ? { ...transfer, ...part } : transfer)))

  const pump = () => {
    for (const transfer of transfers) {
      if (running.size >= parallel) return
      if (transfer.state === 'waiting') void run(transfer)
    }
  }

  const run = async ({ id, plan, options, unpack }: Transfer) => {
    const controller = new AbortController()
    running.set(id, controller)
    change(id, { state: 'reading', error: undefined })
    let rate = createRate()
    const onProgress = ({ phase, done, total }: SendProgress) => {
      if (phase === 'sending' && transfers.find((each) => each.id === id)?.state === 'reading') rate = createRate()
      const state = phase === 'reading' ? phase : done < total ? phase : 'storing'
      change(id, { done, total, speed: rate.add(done, performance.now()), state })
    }
    const onCid = (cid: string) => change(id, { cid })
    try {
      const name = options.name || nameOf(plan)
      const as = plan.kind === 'folder' ? 'folder' : unpack ? 'car' : 'file'
      const { roots, since } = await send({ ...options, as, items: plan.items, name, maxPart: maxPart(), onCid, onProgress, signal: controller.signal })
      change(id, { state: 'stored', roots, since })
    } catch (error) {
      if (!controller.signal.aborted) change(id, { state: 'failed', error })
    } finally {
      running.delete(id)
      onSettled()
      pump()
    }
  }

  return {
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Newest first. */
    snapshot: () => transfers,
    add(plans: readonly Plan[], options: UploadOptions) {
      const added = plans.map((plan): Transfer => {
        const state = plan.kind === 'car' ? 'choosing' : 'waiting'
        return { id: nextId++, plan, options, unpack: false, state, done: 0, total: plan.bytes, speed: 0, roots: [] }
      })
      set([...added, ...transfers])
      pump()
    },
    /** Answers a CAR that is `choosing`. */
    choose(id: number, unpack: boolean) {
      change(id, { unpack, state: 'waiting' })
      pump()
    },
    retry(id: number) {
      change(id, { state: 'waiting', done: 0, speed: 0 })
      pump()
    },
    /** Takes it off the list; one that runs is aborted. */
    remove(id: number) {
      running.get(id)?.abort()
      set(transfers.filter((transfer) => transfer.id !== id))
    },
    removeStored() {
      set(transfers.filter(({ state }) => state !== 'stored'))
    },
    isBusy: () => running.size > 0,
  }
}

export type UploadQueue = ReturnType<typeof createUploadQueue>

/** Several files that have no folder of their own are called by their number. */
export function nameOf({ name, items }: Plan): string {
  return name || `${items.length} files`
}
