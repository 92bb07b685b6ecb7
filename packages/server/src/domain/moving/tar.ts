import type { Piece } from '../../ports/export-files.ts'
import { tarEnd, tarHeader, tarPadding } from '../retrieval/index.ts'

/** Pieces as a TAR archive. An entry begins with its length, so that a file is kept until it is whole: its writer bounds it. */
export async function* asTar(pieces: AsyncIterable<Piece>, folder: string): AsyncGenerator<Uint8Array> {
  let file: { name: string; parts: Uint8Array[]; bytes: number } | undefined
  for await (const piece of pieces) {
    if (file?.name !== piece.file) {
      if (file) yield* entry(folder, file)
      file = { name: piece.file, parts: [], bytes: 0 }
    }
    for (const bytes of piece.bytes) {
      file.parts.push(bytes)
      file.bytes += bytes.length
    }
  }
  if (file) yield* entry(folder, file)
  yield tarEnd
}

function* entry(folder: string, { name, parts, bytes }: { name: string; parts: readonly Uint8Array[]; bytes: number }): Generator<Uint8Array> {
  yield tarHeader({ path: `${folder}/${name}`, kind: 'file', size: bytes })
  yield* parts
  const padding = tarPadding(bytes)
  if (padding.length > 0) yield padding
}
