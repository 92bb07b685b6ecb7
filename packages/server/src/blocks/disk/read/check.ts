import { open } from 'node:fs/promises'
import type { CheckStep } from '../../../ports/block-store.ts'
import type { BlockIndex } from '../index/block-index.ts'
import { entriesOf } from '../index/entries.ts'
import { OrdinalSet } from '../index/ordinal-set.ts'
import { hashBefore, maxHeadBytes } from '../segments/head.ts'
import { scanFrames } from '../segments/scan.ts'
import { segmentHeader, type Segment } from '../segments/segment.ts'
import type { Segments } from '../segments/segments.ts'
import { Slices } from '../slices.ts'
import type { Reader } from './reader.ts'
import { matchesHash } from './verify.ts'

export interface CheckParts {
  index: BlockIndex
  segments: Segments
  reader: Reader
  /** Ordinals below it are durable. */
  durable(): number
  /** Ends the check. */
  demandOn(): void
}

const maxProblems = 100
const maxEntries = 1 << 14

/** Reads every segment from its first frame on, rehashes what the index points at, and tells where the two disagree. */
export async function* check(parts: CheckParts): AsyncGenerator<CheckStep> {
  const { segments } = parts
  for (let segment = segments.after(0); segment; segment = segments.after(segment.number)) {
    const of = [...segments].reduce((sum, { durable }) => sum + durable, 0)
    yield { ...(await checkSegment(parts, segment)), of }
  }
}

async function checkSegment(parts: CheckParts, segment: Segment): Promise<Omit<CheckStep, 'of'>> {
  const { index, segments } = parts
  const { number, path, durable } = segment
  const end = Math.min(segment.last, parts.durable())
  const seen = new OrdinalSet()
  const problem = await scan(parts, segment, durable, seen)
  // A reclaim may have freed it meanwhile.
  if (segments.get(number) !== segment) return { blocks: 0, bytes: 0, problems: [] }
  const problems = problem === undefined ? [] : [problem]
  let blocks = 0
  let damaged = 0
  for (let from = segment.first; from < end; ) {
    const { ordinals, next } = entriesOf(index, number, from, end, maxEntries)
    for (const ordinal of ordinals) {
      if (seen.has(ordinal) || (await isGoodAlone(parts, segment, ordinal))) blocks++
      else if (index.segment(ordinal) === number && ++damaged <= maxProblems) problems.push(`${path} at ${index.offset(ordinal)}: the block of ${index.length(ordinal)} bytes is damaged`)
    }
    from = next
    await new Promise(setImmediate)
  }
  if (damaged > maxProblems) problems.push(`${path}: ${damaged} blocks are damaged`)
  return { blocks, bytes: durable, problems }
}

/** Behind a frame that cannot be read there may be good blocks; and a reclaim may have moved a block here after this place was passed. */
async function isGoodAlone({ index, reader }: CheckParts, { path, missing }: Segment, ordinal: number): Promise<boolean> {
  if (missing || index.isBad(ordinal)) return false
  const [offset, length] = [index.offset(ordinal), index.length(ordinal)]
  const head = Math.min(offset, maxHeadBytes)
  const bytes = Buffer.allocUnsafeSlow(head + length)
  try {
    if ((await reader.read(path, bytes, offset - head)) < bytes.length) return false
  } catch {
    return false
  }
  const hash = hashBefore(bytes, head, (candidate) => index.isOf(ordinal, candidate))
  return hash !== undefined && matchesHash(hash, bytes.subarray(head))
}

/** Notes the blocks that are as the index has them. Returns what is wrong with the segment as a whole. */
async function scan({ index, demandOn }: CheckParts, { path, number, missing }: Segment, durable: number, seen: OrdinalSet): Promise<string | undefined> {
  if (missing) return `${path} has vanished`
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return `${path} cannot be opened`
  try {
    const { framesEnd } = await scanFrames(file, segmentHeader.length, durable, {
      good({ hash, offset, length }) {
        const ordinal = index.findGood(hash)
        if (ordinal >= 0 && index.segment(ordinal) === number && index.offset(ordinal) === offset && index.length(ordinal) === length) seen.add(ordinal)
      },
      damaged: () => {},
      slices: new Slices(),
      progress: demandOn,
    })
    return framesEnd < durable ? `${path} at ${framesEnd}: no frame can be read` : undefined
  } catch (error) {
    demandOn()
    return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    await file.close()
  }
}
