/** Fields of one flat protobuf message: the last of each number, as protobuf wants it. @throws Error */
export function readFields(bytes: Uint8Array): Map<number, bigint | Uint8Array> {
  const fields = new Map<number, bigint | Uint8Array>()
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('it is cut short')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw new Error('a number does not end')
  }

  function take(length: bigint): Uint8Array {
    if (length > BigInt(bytes.length - at)) throw new Error('it is cut short')
    const start = at
    at += Number(length)
    return bytes.subarray(start, at)
  }

  while (at < bytes.length) {
    const key = varint()
    const field = Number(key >> 3n)
    const type = Number(key & 7n)
    if (type === 0) fields.set(field, varint())
    else if (type === 2) fields.set(field, take(varint()))
    else if (type === 1 || type === 5) take(type === 1 ? 8n : 4n)
    else throw new Error('it is no protobuf')
  }
  return fields
}
