import { type Block, carFrame, carHeader } from '@thole/dag'
import { CID } from 'multiformats/cid'
import type { Piece } from '../../ports/export-files.ts'
import type { BlockWalk, Lack } from './block-walk.ts'
import { rowToLine } from './row-text.ts'

export interface MovedDag {
  cid: string
  /** Bytes of its distinct blocks, where that is known. */
  bytes?: number
}

/** What a DAG lacks. */
export interface LackingDag {
  dag: string
  absent: number
  damaged: number
  blocked: number
  /** The first such block. */
  first: string
}

export interface CarFilesParts {
  walk: BlockWalk
  /** The folder of the files. */
  folder: string
  /** Nothing should be missing of them. */
  isWhole: boolean
  /** Bytes of one file; one block fits whatever its size. */
  maxBytes: number
  onLack?: (lacking: LackingDag) => void
}

/** Roots that one file names: as many as every door of Thole takes. */
const maxRoots = 100

/**
 * DAGs as CARs. A file names the roots that begin in it, and the one that goes on from the file before. What DAGs lack is a line each in a
 * file beside their first CAR.
 */
export async function* carFiles(dags: AsyncIterable<MovedDag> | Iterable<MovedDag>, { walk, folder, isWhole, maxBytes, onLack }: CarFilesParts): AsyncGenerator<Piece> {
  let number = 0
  for await (const batch of batches(dags, maxBytes)) {
    const first = nextName()
    const lacking: LackingDag[] = []
    let file = { name: first, bytes: 0, blocks: 0 }
    yield headed(batch)
    for (const [i, { cid }] of batch.entries()) {
      const lack = noteLack(cid)
      for await (const blocks of walk.below(CID.parse(cid), { isWhole, onLack: lack.note })) yield* put(blocks, () => batch.slice(i))
      if (lack.found) lacking.push(lack.found)
    }
    for (const one of lacking) onLack?.(one)
    if (lacking.length > 0) yield { file: `${first}.lacking.ndjson`, bytes: [Buffer.from(lacking.map((one) => rowToLine({ ...one })).join(''))], count: lacking.length }

    function headed(roots: readonly MovedDag[]): Piece {
      const header = carHeader(roots.map(({ cid }) => CID.parse(cid)))
      file.bytes += header.length
      return { file: `${file.name}.car`, bytes: [header], count: 0 }
    }

    function* put(blocks: readonly Block[], rootsLeft: () => readonly MovedDag[]): Generator<Piece> {
      let frames: Uint8Array[][] = []
      for (const block of blocks) {
        const frame = carFrame(block)
        const length = frame[0]!.length + block.bytes.length
        if (file.bytes + length > maxBytes && file.blocks > 0) {
          yield* sections(file.name, frames)
          frames = []
          file = { name: nextName(), bytes: 0, blocks: 0 }
          yield headed(rootsLeft())
        }
        frames.push(frame)
        file.bytes += length
        file.blocks++
      }
      yield* sections(file.name, frames)
    }
  }

  function nextName(): string {
    return `${folder}/${String(++number).padStart(6, '0')}`
  }
}

function* sections(name: string, frames: readonly Uint8Array[][]): Generator<Piece> {
  if (frames.length > 0) yield { file: `${name}.car`, bytes: frames.flat(), count: frames.length, sealed: Buffer.concat(frames.map(([head]) => head!)) }
}

/** DAGs whose blocks fill a file together, as far as can be told. */
async function* batches(dags: AsyncIterable<MovedDag> | Iterable<MovedDag>, maxBytes: number): AsyncGenerator<MovedDag[]> {
  let batch: MovedDag[] = []
  let bytes = 0
  for await (const dag of dags) {
    if (batch.length === maxRoots || (batch.length > 0 && bytes + (dag.bytes ?? 0) > maxBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(dag)
    bytes += dag.bytes ?? 0
  }
  if (batch.length > 0) yield batch
}

function noteLack(dag: string) {
  let found: LackingDag | undefined
  return {
    get found() {
      return found
    },
    note(cid: CID, why: Lack): void {
      found ??= { dag, absent: 0, damaged: 0, blocked: 0, first: cid.toString() }
      found[why]++
    },
  }
}
