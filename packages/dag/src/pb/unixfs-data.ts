import { malformed } from '../fault.ts'
import { readVarint, varintLength, writeVarint } from '../varint.ts'
import { Fields, wire } from './fields.ts'
import { fieldLength } from './node.ts'

/** UnixFS specification, "Data" message. */
export const unixfsType = { raw: 0, directory: 1, file: 2, metadata: 3, symlink: 4, shard: 5 } as const

export interface UnixfsData {
  type: number
  data: Uint8Array | undefined
  fileSize: number | undefined
  blockSizes: number[]
  hashType: number | undefined
  fanout: number | undefined
}

/** The Data field of every flat directory. */
export const directoryData: Uint8Array = new Uint8Array([0x08, unixfsType.directory])

/** murmur3-x64-64, the only hash of UnixFS shards. */
export const shardHash = 0x22

/** @throws DagError INVALID_REQUEST when the bytes are not UnixFS */
export function decodeUnixfs(bytes: Uint8Array): UnixfsData {
  const found: UnixfsData = { type: -1, data: undefined, fileSize: undefined, blockSizes: [], hashType: undefined, fanout: undefined }
  const fields = new Fields(bytes)
  while (fields.next()) readField(fields, found)
  if (found.type < unixfsType.raw || found.type > unixfsType.shard) throw malformed('the node has no UnixFS type')
  return found
}

/** An inner file node: no content of its own. */
export function encodeFileData(fileSize: number, blockSizes: readonly number[]): Uint8Array {
  let total = 3 + varintLength(fileSize)
  for (const size of blockSizes) total += 1 + varintLength(size)
  const bytes = new Uint8Array(total)
  let at = startData(bytes, unixfsType.file)
  bytes[at] = 0x18
  at = writeVarint(bytes, at + 1, fileSize)
  for (const size of blockSizes) {
    bytes[at] = 0x20
    at = writeVarint(bytes, at + 1, size)
  }
  return bytes
}

export function encodeShardData(bitfield: Uint8Array, fanout: number): Uint8Array {
  const bytes = new Uint8Array(2 + fieldLength(bitfield.length) + 3 + varintLength(fanout))
  let at = startData(bytes, unixfsType.shard)
  bytes[at] = 0x12
  at = writeVarint(bytes, at + 1, bitfield.length)
  bytes.set(bitfield, at)
  at += bitfield.length
  bytes[at] = 0x28
  at = writeVarint(bytes, at + 1, shardHash)
  bytes[at] = 0x30
  writeVarint(bytes, at + 1, fanout)
  return bytes
}

function startData(bytes: Uint8Array, type: number): number {
  bytes[0] = 0x08
  bytes[1] = type
  return 2
}

function readField(fields: Fields, found: UnixfsData): void {
  if (fields.field === 1) found.type = fields.varint()
  else if (fields.field === 2) found.data = fields.slice()
  else if (fields.field === 3) found.fileSize = fields.varint()
  else if (fields.field === 4) readBlockSizes(fields, found.blockSizes)
  else if (fields.field === 5) found.hashType = fields.varint()
  else if (fields.field === 6) found.fanout = fields.varint()
  else fields.skip() // mode, mtime, and what later versions add
}

/** Written one by one; protobuf lets a writer pack them as well. */
function readBlockSizes(fields: Fields, sizes: number[]): void {
  if (fields.type === wire.varint) {
    sizes.push(fields.varint())
    return
  }
  fields.range()
  for (let at = fields.start; at < fields.stop; ) at = readPacked(fields, at, sizes)
}

function readPacked(fields: Fields, at: number, sizes: number[]): number {
  const cursor = { value: 0, end: at }
  if (!readVarint(fields.bytes, at, fields.stop, cursor)) throw malformed('a packed block size is cut short')
  sizes.push(cursor.value)
  return cursor.end
}
