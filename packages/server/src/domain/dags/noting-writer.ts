import { isInline } from '@thole/dag'
import type { BlockWriter, Multihash } from '../../ports/block-store.ts'
import { HashList } from './hash-list.ts'

/** A writer whose blocks are told to the DAGs that wait for them, once they are durable. */
export interface NotingWriter extends BlockWriter {
  /** DAGs that waited for what was committed, and are to be looked at again. Whoever sees to that empties it; the others are seen to at the end. */
  readonly touched: Set<string>
}

export interface NotingParts {
  /** Hears of blocks that have become durable; adds the DAGs that waited for them to `touched`. */
  tell(hashes: Iterable<Multihash>, touched: Set<string>): Promise<void>
  /** Sees to the DAGs that nobody has seen to. */
  leave(writer: NotingWriter): Promise<void>
}

/** Bytes of hashes that are kept in mind; then there is a commit. */
const maxNotes = 4 << 20

/** Every block is told after the commit that made it durable: a DAG that is looked at before that finds it missing, and so waits for it. */
export function notingWriter(inner: BlockWriter, { tell, leave }: NotingParts): NotingWriter {
  const touched = new Set<string>()
  let notes = new HashList()

  async function commit(): Promise<void> {
    const noted = notes
    notes = new HashList()
    await inner.commit()
    await tell(noted, touched)
  }

  async function end(): Promise<void> {
    await inner.end()
    if (touched.size > 0) await leave(writer)
  }

  const writer: NotingWriter = {
    touched,
    commit,
    put(block) {
      if (!isInline(block.cid)) notes.add(block.cid.multihash.bytes)
      const done = inner.put(block)
      return notes.size < maxNotes ? done : done.then(commit)
    },
    claim: (hashes) => inner.claim(hashes),
    end,
    [Symbol.asyncDispose]: end,
  }
  return writer
}
