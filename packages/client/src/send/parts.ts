import { CID } from 'multiformats/cid'
import { carHeader } from '@thole/dag/light'
import type { Plan, PlannedBlock } from '../plan/plan.ts'

/** One CAR of a put: its header, and the blocks in it. */
export interface Part {
  header: Uint8Array
  blocks: PlannedBlock[]
  /** Of the whole CAR. */
  length: number
}

/** Cuts blocks into CARs of at most so many bytes each, if no block is larger. */
export function partsOf({ roots }: Pick<Plan, 'roots'>, blocks: readonly PlannedBlock[], partBytes: number): Part[] {
  const header = carHeader(roots.map((root) => CID.decode(root)))
  const parts: Part[] = []
  for (const block of blocks) {
    const length = frameLength(block)
    let part = parts.at(-1)
    if (part === undefined || part.length + length > partBytes) parts.push((part = { header, blocks: [], length: header.length }))
    part.blocks.push(block)
    part.length += length
  }
  return parts
}

/** What stands before the bytes of a block: the length of both, and its CID. */
export function frameHead({ cid, length }: PlannedBlock): Uint8Array {
  const head = [...varint(cid.length + length), ...cid]
  return new Uint8Array(head)
}

function frameLength(block: PlannedBlock): number {
  return varint(block.cid.length + block.length).length + block.cid.length + block.length
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return bytes
}
