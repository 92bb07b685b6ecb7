import type { PeerAttempt } from '../ports/network.ts'
import type { AttemptsFrame } from './pipe/frames.ts'

/** How the peers of one fetch fare, over all processes that served it. */
export interface AttemptRows {
  skip(address: string, reason: string): void
  dialling(address: string, kind?: PeerAttempt['kind']): void
  update(rows: AttemptsFrame['rows']): void
  /** The process is gone: its counts stay, its connections do not. */
  interrupted(): void
  list(): PeerAttempt[]
}

export function attemptRows(): AttemptRows {
  const rows = new Map<string, PeerAttempt>()
  const before = new Map<string, PeerAttempt>() // counts of processes that are gone

  return {
    skip: (address, reason) => void rows.set(address, { address, state: 'skipped', reason, blocks: 0, missing: 0 }),
    dialling: (address, kind) => void rows.set(address, { address, ...(kind && { kind }), state: 'dialling', blocks: 0, missing: 0 }),
    update(changed) {
      for (const row of changed) {
        const base = before.get(row.address)
        rows.set(row.address, { ...row, blocks: row.blocks + (base?.blocks ?? 0), missing: row.missing + (base?.missing ?? 0) })
      }
    },
    interrupted() {
      for (const row of rows.values()) {
        if (row.state === 'connected') Object.assign(row, { state: 'lost', reason: 'the network process is being restarted' })
        before.set(row.address, row)
      }
    },
    list: () => [...rows.values()].map((row) => ({ ...row })),
  }
}
