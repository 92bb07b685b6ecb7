import { directoryBuilder, profiles, type Subtree } from '@thole/dag/light'
import { inLanes } from '../lanes.ts'
import { blockList, nodeBlock } from './block-list.ts'
import type { Plan, PlanInput, PlanOptions } from './plan.ts'
import { planFile } from './plan-file.ts'

/** Small files that are read at once. */
const filesAtOnce = 4

/** What files become: a directory, or each a root of its own. @throws DagError; what reading throws; the signal's reason */
export async function planFiles({ files, isDirectory, profile: name }: PlanInput, options: PlanOptions): Promise<Plan> {
  const profile = profiles[name]
  const list = blockList(options.onBlock)
  const found: Subtree[] = []
  await inLanes(files.entries(), filesAtOnce, async ([i, { content }]) => {
    found[i] = await planFile(content, i, profile, list, options)
  })
  let roots = found.map(({ cid }) => cid)
  if (isDirectory) {
    const directory = directoryBuilder(profile)
    for (const [i, { path }] of files.entries()) directory.add(path, found[i]!)
    roots = [(await directory.finish(({ cid, bytes }) => list.add(cid, nodeBlock(bytes)))).cid]
  }
  return { roots: roots.map((root) => root.bytes.slice()), blocks: list.blocks, profile: name }
}
