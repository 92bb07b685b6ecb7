import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { PinFilter, PinStatus } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { digestsOf, slotsWithPairs } from './pin-pairs.ts'
import { spansIn, type Span } from './pin-spans.ts'
import { nameFinder, type Columns, type SpanTexts } from './pin-texts.ts'

/** What is asked of each slot of a span. */
type Masks = ReadonlyMap<number, Uint8Array>[]

/** Milliseconds without a turn for anybody else. */
const maxMs = 4

const letters: Record<PinStatus, string> = { queued: 'q', pinning: 'i', pinned: 'p', failed: 'f' }

/**
 * Counts by meta and parts of names, and finds the stamps of the newest: span by span, newest first, each as columns in memory. It takes
 * as long for what many have as for what nobody has.
 */
export async function searchPins(session: Session, texts: SpanTexts, accountId: string, filter: PinFilter, limit: number): Promise<{ count: number; stamps: number[] }> {
  const { before = Infinity, after = -Infinity } = filter
  const finder = filter.name && nameFinder(filter.name)
  const isWanted = new Uint8Array(128)
  for (const status of filter.statuses ?? (Object.keys(letters) as PinStatus[])) isWanted[letters[status].charCodeAt(0)] = 1
  const stamps: number[] = []
  let count = 0
  let turn = performance.now()

  function take({ first, statuses }: Span, masks: Masks, columns: Columns): void {
    const mine = masks.map((mask) => mask.get(first)!)
    const found: number[] = []
    const { slots, created } = columns
    const look = (i: number) => {
      const slot = slots[i]!
      if (isWanted[statuses.charCodeAt(slot)] !== 1 || created[i]! >= before || created[i]! <= after || !mine.every((mask) => mask[slot] === 1)) return
      count++
      found.push(created[i]!)
    }
    if (finder) for (const i of finder.find(columns)) look(i)
    else for (let i = 0; i < slots.length; i++) look(i)
    if (stamps.length < limit) stamps.push(...found.sort((a, b) => b - a).slice(0, limit - stamps.length))
  }

  /** Where neither names nor stamps are needed. */
  function countWhole({ first, statuses }: Span, masks: Masks): void {
    const [mask, ...others] = masks.map((each) => each.get(first)!)
    for (let slot = 0; slot < statuses.length; slot++) {
      if (mask![slot] === 1 && isWanted[statuses.charCodeAt(slot)] === 1 && others.every((other) => other[slot] === 1)) count++
    }
  }

  for await (const page of spansIn(session, accountId, filter)) {
    const masks = await masksOf(session, accountId, filter, page)
    const candidates = page.filter(({ first }) => masks.every((mask) => mask.has(first)))
    const isWhole = ({ from, until }: Span) => from > after && until <= before
    for (let i = 0; i < candidates.length; ) {
      const span = candidates[i]!
      if (!finder && stamps.length >= limit && isWhole(span)) {
        countWhole(span, masks)
        i++
      } else {
        const some = finder ? candidates : [span]
        for await (const [each, columns] of texts.read(session, accountId, some, finder?.column)) {
          take(each, masks, columns)
          await rest()
        }
        i += some.length
      }
      await rest()
    }
  }
  return { count, stamps }

  async function rest(): Promise<void> {
    if (performance.now() - turn < maxMs) return
    await nextTurn()
    turn = performance.now()
  }
}

async function masksOf(session: Session, accountId: string, { meta, dags }: PinFilter, page: readonly Span[]): Promise<Masks> {
  const masks: Masks = []
  const spans = { from: page.at(-1)!.first, to: page[0]!.first }
  if (meta) masks.push(await slotsWithPairs(session, accountId, digestsOf(meta), spans))
  if (dags) masks.push(await slotsWithDags(session, accountId, dags, spans))
  return masks
}

async function slotsWithDags({ q, kind }: Session, accountId: string, dags: readonly string[], { from, to }: { from: number; to: number }): Promise<Map<number, Uint8Array>> {
  const table = sql.raw(kind === 'sqlite' ? 'pin_request indexed by pin_request_dag' : 'pin_request')
  const within = sql`account_id = ${accountId} and dag in (${sql.join(dags)}) and span >= ${from} and span <= ${to}`
  const rows = await q.selectFrom(sql<{ span: number; slot: number }>`(select span, slot from ${table} where ${within})`.as('placed')).selectAll().execute()
  const masks = new Map<number, Uint8Array>()
  for (const { span, slot } of rows) {
    let mask = masks.get(span) ?? new Uint8Array(1024)
    if (slot >= mask.length) mask = Uint8Array.from({ length: 2 * slot }, (_, i) => mask[i] ?? 0)
    mask[slot] = 1
    masks.set(span, mask)
  }
  return masks
}
