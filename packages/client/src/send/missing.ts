import { isInline } from '@thole/dag/light'
import { CID } from 'multiformats/cid'
import type { Connection } from '../http/connection.ts'
import { inLanes } from '../lanes.ts'
import type { PlannedBlock } from '../plan/plan.ts'

/** As many as the server answers for in one call. */
const atOnce = 1000
const lanes = 2

/** Those of these blocks that the server lacks, in their order: none whose CID carries its content. */
export async function missingOf(connection: Connection, blocks: readonly PlannedBlock[], signal?: AbortSignal): Promise<PlannedBlock[]> {
  const found: PlannedBlock[][] = []
  await inLanes(batchesOf(blocks), lanes, async ([number, batch]) => {
    const asked = batch.map((block) => ({ block, cid: CID.decode(block.cid) })).filter(({ cid }) => !isInline(cid))
    const names = asked.map(({ cid }) => cid.toString())
    const { missing } = await connection.json<{ missing: string[] }>('api/v1/blocks/missing', { method: 'POST', body: () => JSON.stringify({ cids: names }), type: 'application/json', repeatable: true, signal })
    const lacking = new Set(missing)
    found[number] = asked.filter((_, i) => lacking.has(names[i]!)).map(({ block }) => block)
  })
  return found.flat()
}

function* batchesOf(blocks: readonly PlannedBlock[]): Generator<[number, readonly PlannedBlock[]]> {
  for (let at = 0; at < blocks.length; at += atOnce) yield [at / atOnce, blocks.slice(at, at + atOnce)]
}
