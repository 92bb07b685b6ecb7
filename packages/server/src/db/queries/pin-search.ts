import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PinFilter, PinStatus } from '../../ports/db/index.ts'
import type { Session } from '../session.ts'
import { stampsOf } from './pin-filter.ts'
import { digestsOf, slotsWithPairs } from './pin-pairs.ts'
import { spansIn, type Span } from './pin-spans.ts'
import { nameFinder, type Columns, type SpanTexts } from './pin-texts.ts'

/** Milliseconds without a turn for anybody else. */
const maxMs = 4

const letters: Record<PinStatus, string> = { queued: 'q', pinning: 'i', pinned: 'p', failed: 'f' }

const removed = '-'

/** What a span must have beside a name and a status. */
interface Demand {
  /** By meta. */
  slots?: Map<number, Uint32Array>
  /** By DAG. */
  stamps?: Map<number, Set<number>>
}

/**
 * Counts by meta and parts of names, and finds the stamps of the newest: span by span, newest first, each as columns in memory. It takes
 * as long for what many have as for what nobody has.
 */
export async function searchPins(session: Session, texts: SpanTexts, accountId: string, filter: PinFilter, limit: number): Promise<{ count: number; stamps: number[] }> {
  const { before = Infinity, after = -Infinity } = filter
  const finder = filter.name && nameFinder(filter.name)
  const isWanted = new Uint8Array(128)
  for (const status of filter.statuses ?? (Object.keys(letters) as PinStatus[])) isWanted[letters[status].charCodeAt(0)] = 1
  const wantsAll = filter.statuses === undefined
  const newest: number[] = []
  let count = 0
  let turn = performance.now()

  const isWhole = ({ from, until }: Span) => from > after && until <= before

  function take(span: Span, { slots: withPairs, stamps: withDags }: Demand, columns: Columns): void {
    const { statuses } = span
    const { slots, created } = columns
    const among = withPairs && maskOf(withPairs.get(span.first)!, statuses.length)
    const stamps = withDags?.get(span.first)
    const found: number[] | undefined = newest.length < limit ? [] : undefined
    const isPlain = isWhole(span) && !among && !stamps && !found
    const hits = finder?.find(columns)
    if (isPlain && wantsAll && !statuses.includes(removed)) {
      count += hits?.count ?? slots.length
      return
    }
    for (let n = 0, end = hits?.count ?? slots.length; n < end; n++) {
      const i = hits ? hits.at[n]! : n
      const slot = slots[i]!
      if (isWanted[statuses.charCodeAt(slot)] !== 1) continue
      if (!isPlain) {
        const at = created[i]!
        if (at >= before || at <= after || among?.[slot] === 0 || stamps?.has(at) === false) continue
        found?.push(at)
      }
      count++
    }
    if (found) newest.push(...found.sort((a, b) => b - a).slice(0, limit - newest.length))
  }

  /** By meta alone, where all of the span is within the times and the newest are found. */
  function countSlots({ statuses }: Span, slots: Uint32Array): void {
    for (const slot of slots) count += isWanted[statuses.charCodeAt(slot)]!
  }

  async function rest(): Promise<void> {
    if (performance.now() - turn < maxMs) return
    await nextTurn()
    turn = performance.now()
  }

  for await (const page of spansIn(session, accountId, filter)) {
    const demand = await demandOf(session, accountId, filter, page)
    const some = page.filter(({ first }) => (demand.slots?.has(first) ?? true) && (demand.stamps?.has(first) ?? true))
    for (let at = 0; at < some.length; await rest()) {
      const span = some[at]!
      const slots = !finder && !demand.stamps && newest.length >= limit && isWhole(span) ? demand.slots?.get(span.first) : undefined
      // With a name, all are read together; without, few are read at all.
      const read = slots ? [] : finder ? some : [span]
      if (slots) countSlots(span, slots)
      for await (const [each, columns] of texts.read(session, accountId, read, finder?.column)) {
        take(each, demand, columns)
        await rest()
      }
      at += read.length || 1
    }
  }
  return { count, stamps: newest }
}

async function demandOf(session: Session, accountId: string, filter: PinFilter, page: readonly Span[]): Promise<Demand> {
  const [newest, oldest] = [page[0]!, page.at(-1)!]
  const slots = filter.meta && (await slotsWithPairs(session, accountId, digestsOf(filter.meta), { from: oldest.first, to: newest.first }))
  if (!filter.dags) return { slots }
  const ends = { before: Math.min(newest.until, filter.before ?? Infinity), after: Math.max(oldest.from - 1, filter.after ?? -Infinity) }
  const stamps = new Map<number, Set<number>>()
  const spans = page.toReversed()
  let at = 0
  for (const stamp of await stampsOf(session, accountId, { ...filter, ...ends })) {
    while (stamp >= spans[at]!.until) at++
    const { first } = spans[at]!
    const own = stamps.get(first)
    if (own) own.add(stamp)
    else stamps.set(first, new Set([stamp]))
  }
  return { slots, stamps }
}

function maskOf(slots: Uint32Array, length: number): Uint8Array {
  const mask = new Uint8Array(length)
  for (const slot of slots) mask[slot] = 1
  return mask
}
