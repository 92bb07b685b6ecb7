import { open, stat } from 'node:fs/promises'
import type { BackupFolder } from './folder.ts'
import { bytesOf, type Piece, type SavedFile } from './generation.ts'

/** What is compared where the saved part of a file ends. */
const tailBytes = 64 << 10
/** A file of more pieces than this, and one for so many bytes, is copied anew. */
const maxPieces = 64
const usualPiece = 64 << 20

/** How a file is known again that only ever grows. */
export async function identityOf(path: string): Promise<NonNullable<SavedFile['grows']>> {
  const { ino, birthtimeNs } = await stat(path, { bigint: true })
  return { inode: String(ino), birth: String(birthtimeNs) }
}

/** The pieces of an earlier backup that are the beginning of this file still; none where it is another one, or where one of them is not there. */
export async function savedBeginning(at: BackupFolder, earlier: SavedFile | undefined, file: string, grows: NonNullable<SavedFile['grows']>, bytes: number): Promise<Piece[]> {
  if (earlier?.grows?.inode !== grows.inode || earlier.grows.birth !== grows.birth) return []
  const { pieces } = earlier
  const saved = bytesOf(pieces)
  if (saved > bytes || pieces.length === 0 || pieces.length > maxPieces + saved / usualPiece) return []
  for (const piece of pieces) if (!(await at.has(piece))) return []
  return (await endsAlike(at.pieceOf(pieces.at(-1)!), pieces.at(-1)!.bytes, file, saved)) ? pieces : []
}

async function endsAlike(one: string, oneEnd: number, other: string, otherEnd: number): Promise<boolean> {
  const length = Math.min(tailBytes, oneEnd)
  const [a, b] = await Promise.all([readAt(one, oneEnd - length, length), readAt(other, otherEnd - length, length)])
  return a.equals(b)
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  await using handle = await open(path, 'r')
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position })
  return buffer.subarray(0, bytesRead)
}
