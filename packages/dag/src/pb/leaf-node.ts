import { varintLength, writeVarint } from '../varint.ts'
import { fieldLength } from './node.ts'
import { unixfsType } from './unixfs-data.ts'

/** A whole dag-pb node that holds a chunk of a file; encoded in one go, so that the chunk is copied once. */
export function encodeLeafNode(chunk: Uint8Array): Uint8Array {
  const content = chunk.length === 0 ? 0 : fieldLength(chunk.length)
  const data = 2 + content + 1 + varintLength(chunk.length)
  const bytes = new Uint8Array(fieldLength(data))
  bytes[0] = 0x0a
  let at = writeVarint(bytes, 1, data)
  bytes[at] = 0x08
  bytes[at + 1] = unixfsType.file
  at += 2
  if (content > 0) {
    bytes[at] = 0x12
    at = writeVarint(bytes, at + 1, chunk.length)
    bytes.set(chunk, at)
    at += chunk.length
  }
  bytes[at] = 0x18
  writeVarint(bytes, at + 1, chunk.length)
  return bytes
}
