import { isInline } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockWriter } from '../../ports/block-store.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { damagedFile } from './checked-file.ts'
import { checkedRows } from './checked-lines.ts'
import type { ManifestFile } from './manifest.ts'
import { rowFile } from './row-files.ts'

export interface DemandRootsParts {
  writer: Pick<BlockWriter, 'claim'>
  source: ExportSource
  files: readonly ManifestFile[]
  signal: AbortSignal
}

/** Roots that are asked for at once. */
const slice = 500

/** Fault CONFLICT where the root block of a complete DAG did not come, though the export does not tell that it lacks it. */
export async function demandRoots({ writer, source, files, signal }: DemandRootsParts): Promise<void> {
  const dags = files.find(({ file }) => file === rowFile('dag'))!
  await using lacking = lackingRoots(source, files, signal)
  // What lacks its root was told in the order of the rows.
  let told = await lacking.next()
  let roots: CID[] = []
  for await (const { cid, state } of checkedRows(source, dags, signal)) {
    if (state !== 'complete') continue
    if (!told.done && told.value === cid) told = await lacking.next()
    else roots.push(cidOf(cid))
    if (roots.length < slice) continue
    await demand(roots)
    roots = []
  }
  await demand(roots)

  function cidOf(text: unknown): CID {
    try {
      return CID.parse(String(text))
    } catch (error) {
      throw damagedFile(dags.file, `"${String(text).slice(0, 100)}" is no CID`, error)
    }
  }

  async function demand(roots: readonly CID[]): Promise<void> {
    const stored = roots.filter((root) => !isInline(root))
    const sizes = await writer.claim(stored.map(({ multihash }) => multihash.bytes))
    const missing = stored.find((_, i) => sizes[i] === undefined)
    if (missing) throw fault('CONFLICT', { reason: `the export has no block of ${missing}, which it calls complete; nothing was imported` })
  }
}

/** Of the DAGs that lack blocks, those whose first is the root. */
async function* lackingRoots(source: ExportSource, files: readonly ManifestFile[], signal: AbortSignal): AsyncGenerator<string, undefined> {
  for (const file of files) {
    if (!isLackingFile(file)) continue
    for await (const { dag, first } of checkedRows(source, file, signal)) if (dag === first) yield String(dag)
  }
}

export function isLackingFile({ file }: ManifestFile): boolean {
  return file.endsWith('.lacking.ndjson')
}
