import { createHash, randomUUID } from 'node:crypto'
import { closeSync, existsSync, fdatasync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parentPort } from 'node:worker_threads'
import { bytesOf, type Piece } from './generation.ts'

/** A stretch of a file that is to be cut into pieces. */
export interface CopyTask {
  source: string
  from: number
  to: number
  /** The folder of the pieces. */
  into: string
}

const pieceBytes = 64 << 20
const slab = Buffer.allocUnsafeSlow(1 << 20)
const datasync = promisify(fdatasync)

parentPort!.on('message', (task: CopyTask) => {
  copy(task).then(
    (pieces) => parentPort!.postMessage({ pieces }),
    (error: Error & { code?: string }) => parentPort!.postMessage({ failed: { message: error.message, code: error.code } }),
  )
})

/** Each piece is durable before it has its name. While one is synced, the next is copied. */
async function copy({ source, from, to, into }: CopyTask): Promise<Piece[]> {
  const handle = openSync(source, 'r')
  const pieces: Piece[] = []
  let naming = Promise.resolve()
  try {
    for (let at = from; at < to; ) {
      const path = join(into, `${randomUUID()}.new`)
      const { piece, settle } = copyPiece(handle, at, Math.min(to, at + pieceBytes), path, into)
      at += piece.bytes
      pieces.push(piece)
      await naming
      naming = settle()
      naming.catch(() => undefined)
    }
    await naming
  } finally {
    await naming.catch(() => undefined)
    closeSync(handle)
  }
  if (bytesOf(pieces) !== to - from) throw new Error(`${source} is shorter than it was`)
  return pieces
}

function copyPiece(from: number, at: number, to: number, path: string, into: string): { piece: Piece; settle(): Promise<void> } {
  const handle = openSync(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    while (at + bytes < to) {
      const read = readSync(from, slab, 0, Math.min(slab.length, to - at - bytes), at + bytes)
      if (read === 0) throw new Error('a file is shorter than it was')
      hash.update(slab.subarray(0, read))
      for (let written = 0; written < read; ) written += writeSync(handle, slab, written, read - written)
      bytes += read
    }
  } catch (error) {
    closeSync(handle)
    rmSync(path)
    throw error
  }
  const sha256 = hash.digest('hex')
  return { piece: { sha256, bytes }, settle: () => settle(handle, path, join(into, sha256)) }
}

async function settle(handle: number, path: string, name: string): Promise<void> {
  try {
    if (existsSync(name)) return rmSync(path)
    await datasync(handle)
    renameSync(path, name)
  } finally {
    closeSync(handle)
  }
}
