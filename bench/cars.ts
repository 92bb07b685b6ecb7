import { open } from 'node:fs/promises'
import { buildFile, carFrame, carHeader, directoryBuilder, profiles, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { newBytes, newRuns } from './bytes.ts'

const profile = profiles['unixfs-v1-2025']
export const carType = 'application/vnd.ipld.car'

/** Writes a CAR of a file of new bytes; returns its length. */
export async function writeCar(file: string, length: number): Promise<number> {
  await using handle = await open(file, 'w')
  let written = carHeader([await anyCid()]).length
  const sink = async (block: Block) => {
    const { bytesWritten } = await handle.writev(carFrame(block), written)
    written += bytesWritten
  }
  const { cid } = await buildFile(asStream(newBytes(length)), profile, sink)
  // Every root of this profile has as many bytes.
  await handle.write(carHeader([cid]), 0, undefined, 0)
  return written
}

export interface MadeCar {
  root: CID
  bytes: Buffer
}

/** A CAR of a file. */
export async function fileCar(pieces: Iterable<Uint8Array>, chunkBytes: number): Promise<MadeCar> {
  return inMemory(async (sink) => (await buildFile(asStream(pieces), { ...profile, chunkBytes }, sink)).cid)
}

/** A CAR of a directory. */
export async function directoryCar(files: Iterable<[name: string, bytes: Uint8Array]>): Promise<MadeCar> {
  return inMemory(async (sink) => {
    const directory = directoryBuilder(profile)
    for (const [name, bytes] of files) directory.add(name, await buildFile(asStream([bytes]), profile, sink))
    return (await directory.finish(sink)).cid
  })
}

async function inMemory(build: (sink: (block: Block) => void) => Promise<CID>): Promise<MadeCar> {
  const frames: Buffer[] = []
  // A leaf may be a piece that is filled anew.
  const root = await build((block) => void frames.push(Buffer.concat(carFrame(block))))
  return { root, bytes: Buffer.concat([carHeader([root]), ...frames]) }
}

/** A file of tiny leaves: `leaves` new blocks of 200 bytes and the nodes above them, children first, given to the sink. */
export async function tinyLeaves(leaves: number, sink: (block: Block) => void | Promise<void>): Promise<{ root: CID; blocks: number }> {
  const leafBytes = 200
  const { cid, blocks } = await buildFile(asStream(newRuns(leaves, leafBytes)), { ...profile, chunkBytes: leafBytes }, sink)
  return { root: cid, blocks }
}

/** Such a DAG as so many CARs, each of which names the root. */
export async function tinyLeavesInParts(leaves: number, parts: number): Promise<{ root: CID; blocks: number; cars: Buffer[] }> {
  const frames: Buffer[] = []
  const { root, blocks } = await tinyLeaves(leaves, (block) => void frames.push(Buffer.concat(carFrame(block))))
  const size = Math.ceil(frames.length / parts)
  const cars = Array.from({ length: parts }, (_, i) => Buffer.concat([carHeader([root]), ...frames.slice(i * size, (i + 1) * size)]))
  return { root, blocks, cars }
}

export async function* asStream(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function anyCid(): Promise<CID> {
  return (await buildFile(asStream([Buffer.from('any')]), profile, () => {})).cid
}
