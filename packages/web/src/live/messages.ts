/** As `/api/v1/events` lists them. */
export interface TholeEvent {
  id: number
  /** ISO 8601. */
  at: string
  kind: string
  words: string
  actor: { kind: 'member' | 'key' | 'system'; name?: string }
  account?: string
  data: Record<string, unknown>
}

export type LiveMessage =
  | { type: 'event'; event: TholeEvent }
  /** The fetch of these came further. */
  | { type: 'fetching'; dags: string[] }
  /** Some time has passed: for what changes without an event. */
  | { type: 'beat' }
  /** Something may have been missed. */
  | { type: 'lost' }
