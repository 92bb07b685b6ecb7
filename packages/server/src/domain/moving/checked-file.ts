import { createHash } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import type { ManifestFile } from './manifest.ts'

/** The bytes of a file; fault CONFLICT behind the last of them where they are not those that the manifest speaks of. */
export async function* checkedFile(source: ExportSource, { file, bytes, sha256 }: ManifestFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let read = 0
  for await (const piece of source.read(file, { signal })) {
    hash.update(piece)
    read += piece.length
    yield piece
  }
  if (read !== bytes) throw damagedFile(file, `it has ${read} bytes, and had ${bytes}`)
  if (hash.digest('hex') !== sha256) throw damagedFile(file, 'its checksum is not that of the manifest')
}

export function damagedFile(file: string, reason: string, cause?: unknown) {
  return fault('CONFLICT', { reason: `${file} is damaged: ${reason}; nothing was imported` }, { cause })
}
