import { checkLink } from '../cid/bytes.ts'
import { malformed } from '../fault.ts'
import { joinPath, maxPathLength, nameIn } from '../link-path.ts'
import { major, readHead, type Head } from './head.ts'

/** A link lies in `bytes[at, end)`; its path, the keys and indices that lead to it, is made when asked for. */
export type CborVisitor = (at: number, end: number, path: () => string) => void

export interface CborShape {
  /** Values of every kind, keys included. */
  items: number
  /** Whether the keys of every map stand in DAG-CBOR's order, so that none can stand twice. */
  ordered: boolean
}

/** Maps and lists around a value. Decoders that recurse stop at some thousands. */
const maxDepth = 1024

/** A map or list whose items are being read. */
interface Frame {
  isMap: boolean
  /** Items in all and still to come; the keys of maps count as items. */
  items: number
  left: number
  /** Where the last key lies. */
  keyAt: number
  keyEnd: number
  /** Path to it from the block's root, once somebody has asked. */
  path: string | undefined
}

/**
 * Visits the links of a dag-cbor block in the order in which they stand, without building a value: nothing is allocated
 * per item. Refuses what is not DAG-CBOR, except for maps in disorder, which it only tells.
 * @throws DagError INVALID_REQUEST
 */
export function scanCbor(bytes: Uint8Array, visit?: CborVisitor, maxPath = maxPathLength): CborShape {
  const frames: Frame[] = []
  const head: Head = { major: 0, value: 0, end: 0 }
  const link: Head = { ...head }
  const shape: CborShape = { items: 0, ordered: true }
  const path = () => pathOf(bytes, frames, depth, maxPath)
  let depth = 0
  let at = 0
  do {
    readHead(bytes, at, head)
    shape.items++
    const frame = depth > 0 ? frames[depth - 1]! : undefined
    const isKey = frame !== undefined && frame.isMap && frame.left % 2 === 0
    if (frame !== undefined) frame.left--
    if (isKey && head.major !== major.string) throw malformed('a CBOR map has a key that is no string')
    at = head.end
    if (head.major === major.bytes || head.major === major.string) {
      at = endOf(bytes, head)
      if (isKey && !follows(bytes, frame, head.end, at)) shape.ordered = false
    } else if (head.major === major.tag) {
      if (head.value !== 42) throw malformed(`CBOR tag ${head.value} is not allowed`)
      readHead(bytes, at, link)
      shape.items++
      if (link.major !== major.bytes) throw malformed('a CBOR link is no byte string')
      at = endOf(bytes, link)
      // A zero byte, then the CID (DAG-CBOR specification, "Links").
      if (at === link.end || bytes[link.end] !== 0) throw malformed('a CBOR link does not begin with a zero byte')
      checkLink(bytes, link.end + 1, at)
      visit?.(link.end + 1, at, path)
    } else if (head.major === major.array || head.major === major.map) {
      const isMap = head.major === major.map
      const items = isMap ? head.value * 2 : head.value
      if (items > bytes.length - at) throw malformed('the CBOR is cut short')
      if (items > 0) {
        if (depth === maxDepth) throw malformed(`the CBOR is nested deeper than ${maxDepth} values`)
        open((frames[depth++] ??= newFrame()), isMap, items)
      }
    }
    while (depth > 0 && frames[depth - 1]!.left === 0) depth--
  } while (depth > 0)
  if (at < bytes.length) throw malformed('bytes follow the CBOR value')
  return shape
}

function newFrame(): Frame {
  return { isMap: false, items: 0, left: 0, keyAt: 0, keyEnd: 0, path: undefined }
}

function open(frame: Frame, isMap: boolean, items: number): void {
  frame.isMap = isMap
  frame.items = frame.left = items
  frame.keyAt = frame.keyEnd = -1
  frame.path = undefined
}

/** Where a string ends. */
function endOf(bytes: Uint8Array, head: Head): number {
  const end = head.end + head.value
  if (end > bytes.length) throw malformed('the CBOR is cut short')
  return end
}

/** Whether a key comes after the one before it: shorter ones first, then by bytes. */
function follows(bytes: Uint8Array, frame: Frame, at: number, end: number): boolean {
  const { keyAt, keyEnd } = frame
  frame.keyAt = at
  frame.keyEnd = end
  const longer = end - at - (keyEnd - keyAt)
  if (keyAt < 0 || longer !== 0) return keyAt < 0 || longer > 0
  for (let i = 0; at + i < end; i++) {
    const step = bytes[at + i]! - bytes[keyAt + i]!
    if (step !== 0) return step > 0
  }
  return false
}

/** The path of the item that the innermost of `depth` frames is at. */
function pathOf(bytes: Uint8Array, frames: readonly Frame[], depth: number, max: number): string {
  let known = depth - 1
  while (known > 0 && frames[known]!.path === undefined) known--
  for (let i = Math.max(known, 0); i < depth; i++) {
    const frame = frames[i]!
    frame.path ??= ''
    const step = frame.isMap ? nameIn(bytes, frame.keyAt, frame.keyEnd, max) : String(frame.items - frame.left - 1)
    const below = joinPath(frame.path, step, max)
    if (i === depth - 1) return below
    frames[i + 1]!.path = below
  }
  return ''
}
