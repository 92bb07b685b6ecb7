import { takeTurns } from '@thole/dag'
import type { Piece } from '../../ports/export-files.ts'
import { tarEnd, tarHeader, tarPadding } from '../retrieval/index.ts'
import { Slabs } from './slabs.ts'

/** Pieces as a TAR archive. An entry begins with its length, so that a file is kept until it is whole: its writer bounds it. */
export async function* asTar(pieces: AsyncIterable<Piece>, folder: string): AsyncGenerator<Uint8Array> {
  const turn = takeTurns()
  let file: { name: string; slabs: Slabs } | undefined
  for await (const piece of pieces) {
    if (file?.name !== piece.file) {
      if (file) yield* entry(file)
      file = { name: piece.file, slabs: new Slabs() }
    }
    for (const bytes of piece.bytes) file.slabs.add(bytes)
    await turn()
  }
  if (file) yield* entry(file)
  yield tarEnd

  async function* entry({ name, slabs }: { name: string; slabs: Slabs }): AsyncGenerator<Uint8Array> {
    const { bytes } = slabs
    yield tarHeader({ path: `${folder}/${name}`, kind: 'file', size: bytes })
    slabs.add(tarPadding(bytes))
    for (const slab of slabs.all()) {
      yield slab
      await turn()
    }
  }
}
