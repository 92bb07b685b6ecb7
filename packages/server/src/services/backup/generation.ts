import { createHash } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'

/** A stretch of a file, which lies in `pieces/` under the name of its hash. */
export interface Piece {
  sha256: string
  bytes: number
}

/** A file as it was when it was saved: these pieces, one behind the other. */
export interface SavedFile {
  /** Below the data folder, or behind `blocks/` below the folder of the blocks. */
  path: string
  pieces: Piece[]
  /** Of a file that only ever grows: how to know it again. */
  grows?: { inode: string; birth: string }
}

/** All that a server has, as it was at one moment. */
export interface Generation {
  format: 'thole-backup'
  version: 1
  /** The program that wrote it. */
  by: string
  /** As ISO 8601 says it. */
  created: string
  /** The database is the last of them. */
  files: SavedFile[]
}

/** Two lines: the generation as JSON, and the SHA-256 of that line. */
export function writtenGeneration(generation: Generation): string {
  const text = JSON.stringify(generation)
  return `${text}\n${sha256(text)}\n`
}

/** Fault CONFLICT where it is cut off, was changed, or is of a newer Thole. */
export function readGeneration(text: string, path: string): Generation {
  const [json = '', checksum] = text.split('\n')
  if (checksum !== sha256(json)) throw fault('CONFLICT', { reason: `${path} is not whole: its checksum is another` })
  const generation = JSON.parse(json) as Generation
  if (generation.format !== 'thole-backup' || generation.version !== 1) throw fault('CONFLICT', { reason: `${path} was written by a newer version of Thole (${generation.by})` })
  return generation
}

export function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
