import type { Multihash } from '../../../ports/block-store.ts'
import type { BlockRow } from '../../../ports/db/index.ts'
import type { IndexDb } from './index-db.ts'
import { keyOf, slices } from './hash-key.ts'
import type { Places } from './places.ts'
import type { Reliance } from './reliance.ts'

export interface ClaimParts {
  db: IndexDb
  places: Places
  reliance: Reliance
}

/**
 * The rows of those that are here and undamaged, by key, kept from now on for whoever holds since then. What was claimed since then needs
 * no new claim: no reclaim's cutoff is beyond the stamp of a living hold.
 */
export async function claim({ db, places, reliance }: ClaimParts, hashes: readonly Multihash[], since: number): Promise<Map<string, BlockRow>> {
  const here = new Map<string, BlockRow>()
  for (const slice of slices(hashes)) {
    const rows = await places.findAll(slice)
    const older: Multihash[] = []
    for (const [key, row] of rows) {
      if (row.damaged) continue
      if (row.claimed < since) older.push(row.hash)
      else here.set(key, row)
    }
    if (older.length === 0) continue
    const stamp = reliance.stamp()
    for (const hash of await db.write((w) => w.segments.claim(older, stamp))) here.set(keyOf(hash), rows.get(keyOf(hash))!)
  }
  return here
}
