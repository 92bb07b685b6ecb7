import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '../../kernel/faults.ts'
import type { ExportSource } from '../../ports/export-files.ts'

const pieceBytes = 1 << 20

/** An export as it lies in a folder. */
export function readExport(folder: string): ExportSource {
  return { read: (file, options) => readFile(join(folder, file), options) }
}

/** The next piece is read while the taker has this one. */
async function* readFile(path: string, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
  await using handle = await open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw fault('NOT_FOUND', { what: `file ${path}` })
    throw error
  })
  const pieces = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)] as const
  const read = (turn: number) => handle.read(pieces[turn % 2]!, 0, pieceBytes)
  let reading = read(0)
  try {
    for (let turn = 0; ; turn++) {
      const { bytesRead, buffer } = await reading
      if (bytesRead === 0) return
      signal?.throwIfAborted()
      reading = read(turn + 1)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await reading.catch(() => undefined)
  }
}
