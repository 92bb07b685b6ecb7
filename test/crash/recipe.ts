import { buildFile, directoryBuilder, profiles, type Block, type Profile } from '@thole/dag'
import { bytesOf } from './random.ts'

/** Content that can be made again at any time from a few words. */
export type Recipe =
  | { kind: 'file'; pieces: readonly Piece[] }
  | { kind: 'directory'; files: readonly { path: string; piece: Piece }[] }
  /** A file of many small blocks, sent as CAR, whole or in parts. */
  | { kind: 'tree'; pieces: readonly Piece[]; chunkBytes: number; width: number }

/** Bytes that several recipes may share, so that their blocks are shared too. */
export interface Piece {
  name: string
  length: number
}

export interface Made {
  root: string
  /** Each distinct block once, children before parents. */
  blocks: Block[]
}

/** Builds what the server has to come to by itself. */
export async function make(recipe: Recipe): Promise<Made> {
  const blocks = new Map<string, Block>()
  const sink = ({ cid, bytes }: Block) => {
    const key = cid.toString()
    if (!blocks.has(key)) blocks.set(key, { cid, bytes: bytes.slice() })
  }
  const root = await build(recipe, sink)
  return { root, blocks: [...blocks.values()] }
}

async function build(recipe: Recipe, sink: (block: Block) => void): Promise<string> {
  const standard = profiles['unixfs-v1-2025']
  if (recipe.kind !== 'directory') {
    const profile: Profile = recipe.kind === 'file' ? standard : { ...standard, chunkBytes: recipe.chunkBytes, width: recipe.width }
    return (await buildFile(sourceOf(recipe.pieces), profile, sink)).cid.toString()
  }
  const directory = directoryBuilder(standard)
  for (const { path, piece } of recipe.files) directory.add(path, await buildFile(sourceOf([piece]), standard, sink))
  return (await directory.finish(sink)).cid.toString()
}

/** The files of a recipe by their path below the root; '' is the root itself. */
export function filesOf(recipe: Recipe): { path: string; pieces: readonly Piece[] }[] {
  return recipe.kind === 'directory' ? recipe.files.map(({ path, piece }) => ({ path, pieces: [piece] })) : [{ path: '', pieces: recipe.pieces }]
}

export function contentOf(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const { name, length } of pieces) {
    bytes.set(bytesOf(name, length), at)
    at += length
  }
  return bytes
}

async function* sourceOf(pieces: readonly Piece[]): AsyncIterable<Uint8Array> {
  for (const { name, length } of pieces) yield bytesOf(name, length)
}
