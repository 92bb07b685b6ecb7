import { canonicalCid, codecs } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { decode } from 'multiformats/hashes/digest'
import { count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { CheckEvent } from './findings.ts'

/** Damaged blocks that are named one by one. */
const shownDamaged = 1_000

/** The store by itself: its index against its segments, and what it keeps out of use. */
export async function* checkStore(blocks: BlockStore, signal: AbortSignal): AsyncGenerator<CheckEvent> {
  let done = 0
  for await (const { bytes, of, problems } of blocks.check({ signal })) {
    done += bytes
    for (const words of problems) yield { finding: { kind: 'store', words } }
    yield { progress: { phase: 'segments', done, of } }
  }
  const damaged = await blocks.damaged(shownDamaged)
  for (const hash of damaged) {
    const cid = canonicalCid(CID.createV1(codecs.raw, decode(hash)))
    yield { finding: { kind: 'damage', words: `block ${cid} does not match its hash and is kept out of use; upload it again, or have it repaired from a peer` } }
  }
  // Of what lay in a file that is gone, nobody knows the name.
  const others = (await blocks.stats()).damaged - damaged.length
  if (others > 0) yield { finding: { kind: 'damage', words: `${count(others, 'block')} without a name here ${others === 1 ? 'is' : 'are'} damaged; the DAGs that have them are below` } }
}
