import { hashes } from '../cid/codecs.ts'
import { digestLength } from './digest.ts'

/** Has a hash function at hand where it is one of the rare ones, which `light.ts` leaves out. */
export async function loadHash(code: number): Promise<void> {
  if (code !== hashes.identity && digestLength(code) === undefined) await import('./rare.ts')
}
