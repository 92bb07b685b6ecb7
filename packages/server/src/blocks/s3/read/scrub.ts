import type { Multihash, ScrubStep, StoreOptions } from '../../../ports/block-store.ts'
import type { BlockRow } from '../../../ports/db/index.ts'
import type { IndexDb } from '../index/index-db.ts'
import { allSegments } from '../segments/all-segments.ts'
import type { Damage } from './damage.ts'
import { maxHashes } from '../index/hash-key.ts'
import type { Reader } from './reader.ts'
import { runLength } from './runs.ts'

export interface ScrubParts {
  db: IndexDb
  reader: Reader
  damage: Damage
}

/** One read. */
const stepBytes = 8 << 20

/** Segment by segment; a cursor is where the last block of a step lies. */
export async function* scrub(parts: ScrubParts, { after = '', signal }: StoreOptions & { after?: string } = {}): AsyncGenerator<ScrubStep> {
  const [segment = '', position = ''] = after.split(':')
  if (position !== '') yield* scrubSegment(parts, segment, Number(position), signal)
  for await (const { id } of allSegments(parts.db, segment)) yield* scrubSegment(parts, id, -1, signal)
}

async function* scrubSegment({ db, reader, damage }: ScrubParts, segment: string, from: number, signal?: AbortSignal): AsyncGenerator<ScrubStep> {
  for (let after = from; ; ) {
    const rows = await db.read((r) => r.segments.blocksOf(segment, after, maxHashes))
    for (let at = 0; at < rows.length; ) {
      const run = rows.slice(at, at + runLength(rows.slice(at), stepBytes))
      signal?.throwIfAborted()
      const damaged = await damagedOf({ reader, damage }, run, signal)
      const last = run.at(-1)!
      yield { cursor: `${segment}:${last.position}`, blocks: run.length, bytes: run.reduce((sum, { bytes }) => sum + bytes, 0), damaged }
      at += run.length
    }
    if (rows.length < maxHashes) return
    after = rows.at(-1)!.position
  }
}

/** A run is well, or begins with a block that is known to be damaged. */
async function damagedOf({ reader, damage }: Omit<ScrubParts, 'db'>, run: readonly BlockRow[], signal?: AbortSignal): Promise<Multihash[]> {
  const unread = run.filter(({ damaged }) => !damaged)
  const damaged = run.filter((row) => row.damaged).map(({ hash }) => hash)
  if (unread.length === 0) return damaged
  const blocks = await reader.read(unread, signal)
  for (const [i, row] of unread.entries()) {
    if (blocks[i] || (await reader.isWell(row, signal))) continue
    await damage.quarantine(row)
    damaged.push(row.hash)
  }
  return damaged
}
