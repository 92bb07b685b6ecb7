import { readCar } from '@thole/dag/light'
import { TholeError } from '../errors.ts'
import type { Content } from '../types.ts'
import { verify } from '../verify.ts'
import { blockList } from './block-list.ts'
import type { Plan, PlanInput, PlanOptions } from './plan.ts'

const pieceBytes = 1 << 20

/** The blocks of a CARv1, each checked. @throws DagError INVALID_CAR, HASH_MISMATCH, UNSUPPORTED_CODEC; what reading throws; the signal's reason */
export async function planCar({ files, profile }: PlanInput, { onBytes, onBlock, signal }: PlanOptions): Promise<Plan> {
  const { content } = files[0]!
  const list = blockList(onBlock)
  const { roots, blocks } = await readCar(piecesOf(content, onBytes, signal), { verify: false, signal })
  let at = await headerLength(content)
  for await (const { cid, bytes } of blocks) {
    await verify({ cid, bytes })
    const section = cid.bytes.length + bytes.length
    const from = at + varintLength(section) + cid.bytes.length
    list.add(cid, { length: bytes.length, file: 0, from, span: bytes.length })
    at = from + bytes.length
  }
  if (at !== content.size) throw new TholeError('INVALID_CAR', 'the CAR has lengths that are written longer than they need to be')
  return { roots: roots.map((root) => root.bytes.slice()), blocks: list.blocks, profile }
}

async function headerLength(content: Content): Promise<number> {
  const start = new Uint8Array(Math.min(10, content.size))
  await content.read(start, 0)
  let length = 0
  let at = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = start[at++] ?? 0
    length += (byte & 0x7f) * scale
    if (byte < 0x80) return at + length
  }
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}

async function* piecesOf(content: Content, onBytes: PlanOptions['onBytes'], signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < content.size; at += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, content.size - at))
    await content.read(piece, at, signal)
    yield piece
    onBytes?.(piece.length)
  }
}
