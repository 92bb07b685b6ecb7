import type { FileHandle } from 'node:fs/promises'
import { carFrame, carHeader, CidSet, isLeaf, readCar, verifyBlock } from '@thole/dag'
import type { CID } from 'multiformats/cid'

/** What an earlier run wrote of a CAR. */
export interface KeptCar {
  /** Up to here the file is good. */
  end: number
  blocks: number
  has(cid: CID): boolean
  /** The bytes of a block that has links. */
  node(cid: CID): Promise<Uint8Array>
}

const pieceBytes = 1 << 20

/** Reads a file up to its first byte that is none of a CAR with this root; every block is hashed, since nobody knows what became of the disk meanwhile. */
export async function keptCar(file: FileHandle, root: CID, signal: AbortSignal): Promise<KeptCar> {
  const seen = new CidSet()
  const nodes = new Map<string, { at: number; length: number }>()
  const header = carHeader([root])
  let end = 0
  let count = 0
  try {
    const { roots, blocks } = await readCar(piecesOf(file, signal), { reuse: true, signal })
    if (roots.length === 1 && roots[0]!.equals(root)) {
      end = header.length
      for await (const block of blocks) {
        const { cid, bytes } = block
        const at = end + carFrame(block)[0]!.length
        seen.add(cid.code, cid.multihash.bytes)
        if (!isLeaf(cid)) nodes.set(cid.toString(), { at, length: bytes.length })
        end = at + bytes.length
        count++
      }
    }
  } catch {
    signal.throwIfAborted() // else the file was cut off here
  }
  return {
    end,
    blocks: count,
    has: ({ code, multihash }) => seen.has(code, multihash.bytes),
    async node(cid) {
      const { at, length } = nodes.get(cid.toString())!
      const bytes = new Uint8Array(length)
      await file.read(bytes, 0, length, at)
      verifyBlock({ cid, bytes })
      return bytes
    },
  }
}

async function* piecesOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(pieceBytes)
  for (let at = 0; ; ) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return
    yield piece.subarray(0, bytesRead)
    at += bytesRead
  }
}
