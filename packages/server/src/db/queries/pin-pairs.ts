import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Session } from '../session.ts'
import { slices } from '../slices.ts'

/** Which requests of a span have a pair of meta: a text of one character a slot, so that both databases can add and remove one. */
export interface Place {
  span: number
  slot: number
}

type Meta = Readonly<Record<string, string>>

export async function addPairs({ q }: Session, accountId: string, meta: Meta, { span, slot }: Place): Promise<void> {
  // In one order everywhere, so that two do not lock rows crosswise.
  const rows = digestsOf(meta).sort().map((digest) => ({ account_id: accountId, digest, span, slots: character(slot) }))
  for (const slice of slices(rows)) {
    await q
      .insertInto('pin_pair')
      .values(slice)
      .onConflict((c) => c.columns(['account_id', 'digest', 'span']).doUpdateSet({ slots: sql`pin_pair.slots || excluded.slots` }))
      .execute()
  }
}

export async function removePairs({ q }: Session, accountId: string, meta: Meta, { span, slot }: Place): Promise<void> {
  for (const slice of slices(digestsOf(meta))) {
    const without = sql<string>`replace(slots, ${character(slot)}, '')`
    await q.updateTable('pin_pair').set({ slots: without }).where('account_id', '=', accountId).where('digest', 'in', slice).where('span', '=', span).execute()
    await q.deleteFrom('pin_pair').where('account_id', '=', accountId).where('digest', 'in', slice).where('span', '=', span).where('slots', '=', '').execute()
  }
}

/** Which slots of these spans have all of the pairs; spans in which none has may be left out. */
export async function slotsWithPairs({ q }: Session, accountId: string, digests: readonly string[], spans: { from: number; to: number }): Promise<Map<number, Uint32Array>> {
  let found: Map<number, Uint32Array> | undefined
  for (const digest of digests) {
    const rows = q.selectFrom('pin_pair').select(['span', 'slots']).where('account_id', '=', accountId).where('digest', '=', digest)
    const with_ = new Map<number, Uint32Array>()
    for (const { span, slots } of await rows.where('span', '>=', spans.from).where('span', '<=', spans.to).execute()) {
      const before = found?.get(span)
      if (found === undefined) with_.set(span, slotsOf(slots))
      else if (before) with_.set(span, common(before, slotsOf(slots)))
    }
    found = with_
    if (found.size === 0) break
  }
  return found ?? new Map()
}

export function digestsOf(meta: Meta): string[] {
  return Object.entries(meta).map((pair) => createHash('sha256').update(JSON.stringify(pair)).digest('base64url'))
}

/** From 256 on, as in the migration, and past the surrogates, which are no characters. */
function character(slot: number): string {
  const code = 256 + slot
  return String.fromCodePoint(code < 0xd800 ? code : code + 0x800)
}

function slotsOf(text: string): Uint32Array {
  const slots = new Uint32Array(text.length)
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!
    if (code > 0xffff) i++
    slots[count++] = (code < 0xd800 ? code : code - 0x800) - 256
  }
  return slots.subarray(0, count)
}

function common(a: Uint32Array, b: Uint32Array): Uint32Array {
  // Slots are given out in order, and so added in order.
  const marks = new Uint8Array((a.at(-1) ?? 0) + 1)
  for (const slot of a) marks[slot] = 1
  const both = new Uint32Array(b.length)
  let count = 0
  for (const slot of b) if (marks[slot] === 1) both[count++] = slot
  return both.subarray(0, count)
}
