import type { Receipt, Root, UploadRequest } from '../api/uploads.ts'
import { bodyOf, type Plan } from './plan.ts'
import { createRate } from './rate.ts'

export interface UploadOptions {
  /** Instead of the file's or folder's own. */
  name?: string
  profile?: string
  pin: boolean
}

/** `choosing`: a CAR that waits for the user's word. `storing`: all is sent, the server has not answered. */
export type TransferState = 'choosing' | 'waiting' | 'sending' | 'storing' | 'stored' | 'failed'

export interface Transfer {
  id: number
  plan: Plan
  options: UploadOptions
  unpack: boolean
  state: TransferState
  /** Bytes. */
  sent: number
  total: number
  /** Bytes a second. */
  speed: number
  roots: Root[]
  error?: unknown
}

export interface UploadQueueParts {
  send(request: UploadRequest): Promise<Receipt>
  /** Bytes; more is refused before anything is sent. */
  limit(): number | undefined
  tooLarge(bytes: number, limit: number): Error
  /** After each end, an abort too: the server may have had all of it before. */
  onSettled(): void
  parallel?: number
}

/** The uploads of this tab. It lives outside of the page tree, so that they go on while the user looks elsewhere. */
export function createUploadQueue({ send, limit, tooLarge, onSettled, parallel = 2 }: UploadQueueParts) {
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
    change(id, { state: 'sending', error: undefined })
    const rate = createRate()
    const onProgress = (sent: number, total: number) => {
      change(id, { sent, total, speed: rate.add(sent, performance.now()), state: sent < total ? 'sending' : 'storing' })
    }
    try {
      const max = limit()
      if (max !== undefined && plan.bytes > max) throw tooLarge(plan.bytes, max)
      const name = options.name || plan.name || undefined
      const { roots } = await send({ ...bodyOf(plan, unpack), ...options, name, onProgress, signal: controller.signal })
      change(id, { state: 'stored', roots })
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
        return { id: nextId++, plan, options, unpack: false, state, sent: 0, total: plan.bytes, speed: 0, roots: [] }
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
      change(id, { state: 'waiting', sent: 0, speed: 0 })
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
