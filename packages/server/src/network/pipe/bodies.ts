/** The binary bodies of frames, written and read in one place. */

/** A number, and bytes that follow it: `close`, `taken`, `got`, `sized`, `get`, `size` begin so. */
export function u32(...values: number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(4 * values.length)
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i))
  return bytes
}

/** `want` and `cancel`: the fetch, then each CID after its 16-bit length. */
export function encodeCids(fetch: number, cids: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(cids.reduce((sum, cid) => sum + 2 + cid.length, 4))
  let at = bytes.writeUInt32LE(fetch)
  for (const cid of cids) {
    at = bytes.writeUInt16LE(cid.length, at)
    bytes.set(cid, at)
    at += cid.length
  }
  return bytes
}

export function decodeCids(body: Buffer): { fetch: number; cids: Uint8Array[] } {
  const cids: Uint8Array[] = []
  for (let at = 4; at < body.length; ) {
    const length = body.readUInt16LE(at)
    cids.push(body.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return { fetch: body.readUInt32LE(0), cids }
}

/** `block`: the fetch and the multihash; the bytes follow as a part of their own. */
export function encodeBlockHead(fetch: number, multihash: string): Uint8Array {
  const bytes = Buffer.allocUnsafe(6 + multihash.length)
  bytes.writeUInt32LE(fetch)
  bytes.writeUInt16LE(multihash.length, 4)
  bytes.write(multihash, 6, 'latin1')
  return bytes
}

export function decodeBlock(body: Buffer): { fetch: number; multihash: string; bytes: Uint8Array } {
  const end = 6 + body.readUInt16LE(4)
  const bytes = new Uint8Array(body.buffer, body.byteOffset + end, body.length - end) // no Buffer leaves the room
  return { fetch: body.readUInt32LE(0), multihash: body.toString('latin1', 6, end), bytes }
}

export function decodeJson<T>(body: Buffer): T {
  return JSON.parse(body.toString()) as T
}
