import { createHash, type Hash } from 'node:crypto'
import { fault } from '../../kernel/faults.ts'
import type { ExportSource, Piece } from '../../ports/export-files.ts'

export const manifestFile = 'manifest.json'
const format = 'thole-export'
/** Grows when an export is written that older versions cannot read. */
const version = 1

/** The last file of an export: without it the export did not come to its end. */
export interface Manifest {
  format: string
  version: number
  /** ISO 8601. */
  made: string
  /** Who wrote it, in words. */
  by: string
  /** Changes that the schema of the rows has seen. */
  schema: string[]
  files: ManifestFile[]
}

export interface ManifestFile {
  file: string
  bytes: number
  /** Rows, or blocks. */
  count: number
  /** SHA-256, hex: of the whole file, or, for a CAR, of all but the blocks themselves, since each stands under its own hash there. */
  sha256: string
}

export type ManifestFacts = Pick<Manifest, 'made' | 'by' | 'schema'>

/** The same pieces, and the manifest of them behind them. */
export async function* withManifest(pieces: AsyncIterable<Piece>, facts: ManifestFacts): AsyncGenerator<Piece> {
  const files: ManifestFile[] = []
  let hash: Hash | undefined
  const seal = () => {
    if (hash) files.at(-1)!.sha256 = hash.digest('hex')
  }
  for await (const piece of pieces) {
    let last = files.at(-1)
    if (last?.file !== piece.file) {
      seal()
      hash = createHash('sha256')
      files.push((last = { file: piece.file, bytes: 0, count: 0, sha256: '' }))
    }
    for (const bytes of piece.sealed ? [piece.sealed] : piece.bytes) hash!.update(bytes)
    for (const { length } of piece.bytes) last.bytes += length
    last.count += piece.count
    yield piece
  }
  seal()
  const manifest: Manifest = { format, version, ...facts, files }
  yield { file: manifestFile, bytes: [Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)], count: 0 }
}

const maxManifestBytes = 256 << 20
/** No file outside of the export is read. */
const fileName = /^[a-z0-9_-]+(\/[a-z0-9_.-]+)?$/

/** Faults NOT_FOUND, and CONFLICT where it is not one that this version reads. */
export async function readManifest(source: ExportSource): Promise<Manifest> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of source.read(manifestFile)) {
    length += piece.length
    if (length > maxManifestBytes) throw unusable('it is absurdly long')
    pieces.push(Uint8Array.from(piece))
  }
  const value = parse(Buffer.concat(pieces).toString())
  if (value?.format !== format) throw unusable('it is not of an export of Thole, or was cut off')
  if (!Number.isInteger(value.version) || value.version! > version) throw unusable(`it is of version ${value.version}, made by a newer version of Thole; this one reads up to ${version}`)
  if (!isManifest(value)) throw unusable('it is not whole')
  const names = new Set<string>()
  for (const { file } of value.files) {
    if (names.has(file)) throw unusable(`it names ${file} twice`)
    names.add(file)
  }
  return value
}

function parse(text: string): Partial<Manifest> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isManifest(value: Partial<Manifest>): value is Manifest {
  const { schema, files } = value as { schema: unknown; files: unknown }
  if (!Array.isArray(schema) || schema.length === 0 || !Array.isArray(files) || !schema.every((name) => typeof name === 'string')) return false
  return files.every((one) => {
    if (typeof one !== 'object' || one === null) return false
    const { file, bytes, count, sha256 } = one as ManifestFile
    return typeof file === 'string' && fileName.test(file) && !file.includes('..') && Number.isInteger(bytes) && Number.isInteger(count) && /^[0-9a-f]{64}$/.test(sha256)
  })
}

export function unusable(reason: string) {
  return fault('CONFLICT', { reason: `${manifestFile} cannot be used: ${reason}` })
}
