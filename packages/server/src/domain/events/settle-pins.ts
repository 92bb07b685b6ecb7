import type { EventActor, PinStatus, Writer } from '../../ports/db/index.ts'

/** Nobody asked for it at that moment. */
export const system: EventActor = { kind: 'system' }

/** Sets status and reason of every request that waits for this DAG, and tells of those that are pinned now. */
export async function settlePins(w: Writer, dag: string, change: { status: Exclude<PinStatus, 'failed'>; reason?: string }, now: number): Promise<void> {
  const accounts = await w.pins.settle(dag, change)
  if (change.status !== 'pinned') return
  for (const accountId of accounts) w.events.note({ accountId, kind: 'pin.pinned', actor: system, at: now, sample: { cid: dag } })
}
