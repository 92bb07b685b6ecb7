import type { AttemptsFrame } from '../pipe/frames.ts'

type Row = AttemptsFrame['rows'][number]

/** How the peers of one fetch fare, reported in batches. */
export interface AttemptBook {
  mark(address: string, peerId: string, state: Row['state'], reason?: string, kind?: Row['kind']): void
  /** Counts for the row through which the peer is connected, or for one under its bare id. */
  count(peerId: string, what: 'blocks' | 'missing'): void
  /** Something is to be said of a peer that is connected, until it sends a block. */
  note(peerId: string, reason: string): void
  lost(peerId: string, reason: string): void
  /** How asking a router fares. */
  router(name: string, state: Row['state'], reason: string): void
  /** Reports what has not been reported and ends. */
  close(): void
}

export function attemptBook(report: (rows: Row[], last: boolean) => void, { every = 100 } = {}): AttemptBook {
  const rows = new Map<string, Row>()
  const current = new Map<string, Row>() // peer id → the row that counts
  const dirty = new Set<Row>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function flush(last = false): void {
    timer = undefined
    report([...dirty], last)
    dirty.clear()
  }

  function change(row: Row): void {
    dirty.add(row)
    if (!closed) timer ??= setTimeout(flush, every)
  }

  function row(address: string): Row {
    let found = rows.get(address)
    if (found === undefined) rows.set(address, (found = { address, state: 'dialling', blocks: 0, missing: 0 }))
    return found
  }

  /** The row through which the peer is connected. */
  function rowOf(peerId: string): Row {
    let found = current.get(peerId)
    if (found === undefined) {
      found = row(peerId)
      found.state = 'connected'
      current.set(peerId, found)
    }
    return found
  }

  return {
    mark(address, peerId, state, reason, kind) {
      const marked = row(address)
      Object.assign(marked, { state, reason }, kind && { kind })
      if (state === 'connected') current.set(peerId, marked)
      change(marked)
    },
    count(peerId, what) {
      const counted = rowOf(peerId)
      counted[what]++
      if (what === 'blocks') counted.reason = undefined
      change(counted)
    },
    note(peerId, reason) {
      change(Object.assign(rowOf(peerId), { reason }))
    },
    lost(peerId, reason) {
      const lost = current.get(peerId)
      if (lost === undefined) return
      current.delete(peerId)
      Object.assign(lost, { state: 'lost', reason })
      change(lost)
    },
    router(name, state, reason) {
      change(Object.assign(row(name), { kind: 'router', state, reason }))
    },
    close() {
      closed = true
      clearTimeout(timer)
      flush(true)
    },
  }
}
