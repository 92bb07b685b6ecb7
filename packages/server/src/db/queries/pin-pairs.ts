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

/** Which slots of these spans have all of the pairs; spans in which none has are left out. */
export async function slotsWithPairs({ q }: Session, accountId: string, digests: readonly string[], spans: { from: number; to: number }): Promise<Map<number, Uint8Array>> {
  let found: Map<number, Uint8Array> | undefined
  for (const digest of digests) {
    const rows = q.selectFrom('pin_pair').select(['span', 'slots']).where('account_id', '=', accountId).where('digest', '=', digest)
    const masks = new Map<number, Uint8Array>()
    for (const { span, slots } of await rows.where('span', '>=', spans.from).where('span', '<=', spans.to).execute()) {
      const before = found?.get(span)
      if (found === undefined || before) masks.set(span, maskOf(slots, before))
    }
    found = masks
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

/** 1 for each slot of the text that `among` has too. */
function maskOf(slots: string, among: Uint8Array | undefined): Uint8Array {
  let mask: Uint8Array = new Uint8Array(1024)
  for (let i = 0; i < slots.length; i++) {
    const code = slots.codePointAt(i)!
    if (code > 0xffff) i++
    const slot = (code < 0xd800 ? code : code - 0x800) - 256
    if (slot >= mask.length) mask = grown(mask, slot)
    mask[slot] = among === undefined ? 1 : among[slot]!
  }
  return mask
}

function grown(mask: Uint8Array, slot: number): Uint8Array {
  const larger = new Uint8Array(2 * slot)
  larger.set(mask)
  return larger
}
