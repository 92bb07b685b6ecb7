import { CidSet, codecs, markDag, type MarkSource } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { decode } from 'multiformats/hashes/digest'
import { fault, toFault } from '../../kernel/faults.ts'
import type { BlockStore, Multihash, ReclaimRun } from '../../ports/block-store.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { damagedFile } from './checked-file.ts'
import { checkedRows } from './checked-lines.ts'
import type { ManifestFile } from './manifest.ts'
import { rowFile } from './row-files.ts'

export interface DemandWholeParts {
  blocks: Pick<BlockStore, 'get'>
  /** Tells what is here, many at once. */
  run: Pick<ReclaimRun, 'mark'>
  source: ExportSource
  files: readonly ManifestFile[]
  signal: AbortSignal
}

/**
 * Fault CONFLICT where a block of a complete DAG did not come, though the export does not tell that this DAG lacks some. DAGs are walked in the
 * order in which they were written, each node once: what two share is told of the first, here as there.
 */
export async function demandWhole({ blocks, run, source, files, signal }: DemandWholeParts): Promise<void> {
  const dags = files.find(({ file }) => file === rowFile('dag'))!
  await using lacking = lackingDags(source, files, signal)
  let told = await lacking.next()
  const seen = new CidSet()
  for await (const { cid, state } of checkedRows(source, dags, signal)) {
    if (state !== 'complete') continue
    const isTold = !told.done && told.value === cid
    if (isTold) told = await lacking.next()
    const missing = await firstMissing(cidOf(cid))
    if (missing && !isTold) throw fault('CONFLICT', { reason: `the export has no block ${CID.createV1(codecs.raw, decode(missing))} of ${String(cid)}, which it calls complete; nothing was imported` })
  }

  async function firstMissing(root: CID): Promise<Multihash | undefined> {
    let missing: Multihash | undefined
    const marks: MarkSource = {
      async mark(hashes) {
        const sizes = await run.mark(hashes)
        missing ??= hashes.find((_, i) => sizes[i] === undefined)
        return sizes
      },
      async get({ multihash }) {
        try {
          return await blocks.get(multihash.bytes, { signal })
        } catch (error) {
          if (toFault(error).code !== 'BLOCK_DAMAGED') throw error
          missing ??= multihash.bytes
          return undefined
        }
      },
    }
    await markDag(root, seen, marks, { signal })
    return missing
  }

  function cidOf(text: unknown): CID {
    try {
      return CID.parse(String(text))
    } catch (error) {
      throw damagedFile(dags.file, `"${String(text).slice(0, 100)}" is no CID`, error)
    }
  }
}

/** In the order of the rows. */
async function* lackingDags(source: ExportSource, files: readonly ManifestFile[], signal: AbortSignal): AsyncGenerator<string, undefined> {
  for (const file of files) {
    if (!isLackingFile(file)) continue
    for await (const { dag } of checkedRows(source, file, signal)) yield String(dag)
  }
}

export function isLackingFile({ file }: ManifestFile): boolean {
  return file.endsWith('.lacking.ndjson')
}
