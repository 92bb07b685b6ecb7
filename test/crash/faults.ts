import { randomBytes } from 'node:crypto'
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { carFrame } from '@thole/dag'
import { rawBlock } from '../support/api.ts'
import { compactJournal, cutPower } from './power/cut.ts'
import type { Kind } from './plan.ts'
import { bytesOf, type Random } from './random.ts'

/** What a crash may leave behind in the folder of a server that was killed. Nothing that was acknowledged is touched. Says what was done. */
export async function damage(kind: Kind, { dataFolder, journal }: { dataFolder: string; journal?: string }, r: Random): Promise<string> {
  const blocks = join(dataFolder, 'blocks')
  if (kind === 'power' && journal) return cutPower(blocks, journal, r)
  if (journal) await compactJournal(journal)
  if (kind === 'torn') return tearTail(blocks, r)
  if (kind === 'index') return loseIndex(blocks, r)
  return ''
}

/** The newest segment gets an end that no commit stands for. */
async function tearTail(blocks: string, r: Random): Promise<string> {
  const name = (await namesIn(join(blocks, 'segments'))).at(-1)
  if (name === undefined) return 'no segment to tear'
  // Its index is begun before the first frame is written: no kill leaves half a frame in a segment that has none.
  if (!(await namesIn(join(blocks, 'index'))).includes(name.replace('.car', ''))) return `${name} was just being made`
  const path = join(blocks, 'segments', name)
  const how = r.one(['garbage', 'zeros', 'half a frame', 'frames and a half'] as const)
  const frame = Buffer.concat(carFrame(rawBlock(bytesOf(`torn ${r.fraction()}`, r.scale(1, 100_000)))))
  const half = frame.subarray(0, r.whole(1, frame.length - 1))
  const tails = {
    'garbage': () => randomBytes(r.scale(1, 100_000)),
    'zeros': () => Buffer.alloc(4096 * r.whole(1, 8)),
    'half a frame': () => half,
    'frames and a half': () => Buffer.concat([...carFrame(rawBlock(bytesOf(`whole ${r.fraction()}`, 100))), half]),
  }
  await appendFile(path, tails[how]())
  return `${how} behind ${name}`
}

/** Everything in `index/` can be made again from the segments. */
async function loseIndex(blocks: string, r: Random): Promise<string> {
  const folder = join(blocks, 'index')
  if (r.chance(0.3)) await rm(join(blocks, 'store.pid'), { force: true })
  const names = await namesIn(folder)
  const name = names.length > 0 ? r.one(names) : undefined
  if (name === undefined || r.chance(0.2)) {
    await rm(folder, { recursive: true, force: true })
    return 'removed index/'
  }
  const path = join(folder, name)
  const { size } = await stat(path)
  const how = size === 0 ? 'removed' : r.one(['removed', 'cut', 'flipped'] as const)
  if (how === 'removed') await rm(path, { recursive: true })
  if (how === 'cut') await truncate(path, r.whole(0, size - 1))
  if (how === 'flipped') await flip(path, r)
  return `${how} index/${name}`
}

/** For `--sabotage`: damage that has to be noticed. */
export async function sabotage(dataFolder: string, r: Random): Promise<string> {
  const folder = join(dataFolder, 'blocks', 'segments')
  const names = await namesIn(folder)
  if (names.length === 0) return 'nothing to sabotage'
  const name = r.one(names)
  if (r.chance(0.5)) {
    await rm(join(folder, name))
    return `sabotage: removed ${name}`
  }
  for (let i = 0; i < 200; i++) await flip(join(folder, name), r)
  return `sabotage: flipped bits of ${name}`
}

async function flip(path: string, r: Random): Promise<void> {
  const bytes = await readFile(path)
  const at = r.whole(0, bytes.length - 1)
  bytes[at] = bytes[at]! ^ (1 << r.whole(0, 7))
  await writeFile(path, bytes)
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort()
}
