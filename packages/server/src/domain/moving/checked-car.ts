import { createHash } from 'node:crypto'
import { type Block, carFrame, carHeader, readCar } from '@thole/dag'
import { Fault, toFault } from '../../kernel/faults.ts'
import type { ExportSource } from '../../ports/export-files.ts'
import { damagedFile } from './checked-file.ts'
import type { ManifestFile } from './manifest.ts'

export interface ReadCarOptions {
  signal: AbortSignal
  /** Told how many bytes were read so far. */
  onRead: (bytes: number) => void
  /** Takes one block, whose bytes are good until it has. */
  put: (block: Block) => Promise<void>
}

const ofCars: ReadonlySet<string> = new Set(['INVALID_CAR', 'HASH_MISMATCH', 'UNSUPPORTED_CODEC'])

/** Reads a CAR, each block of which is checked by its hash; fault CONFLICT where it is not the one that the manifest speaks of. */
export async function readCheckedCar(source: ExportSource, { file, bytes, count, sha256 }: ManifestFile, { signal, onRead, put }: ReadCarOptions): Promise<void> {
  const hash = createHash('sha256')
  let read = 0
  let blocks = 0
  async function* counted() {
    for await (const piece of source.read(file, { signal })) {
      read += piece.length
      yield piece
      onRead(read)
    }
  }
  try {
    const car = await readCar(counted(), { reuse: true, signal })
    hash.update(carHeader(car.roots))
    for await (const block of car.blocks) {
      hash.update(carFrame(block)[0]!)
      blocks++
      await put(block)
    }
  } catch (error) {
    throw !(error instanceof Fault) && ofCars.has(toFault(error).code) ? damagedFile(file, toFault(error).message, error) : error
  }
  if (read !== bytes) throw damagedFile(file, `it has ${read} bytes, and had ${bytes}`)
  if (blocks !== count) throw damagedFile(file, `it has ${blocks} blocks, and had ${count}`)
  if (hash.digest('hex') !== sha256) throw damagedFile(file, 'its checksum is not that of the manifest')
}
