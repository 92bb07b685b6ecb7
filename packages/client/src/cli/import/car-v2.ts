/** CARv2 specification, "Pragma" and "Header". */
const pragma = Buffer.from('0aa16776657273696f6e02', 'hex')
const headerEnd = pragma.length + 40

/** The CARv1 in a CARv2; what is none passes as it is. */
export async function* unwrapCar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0)
  let [skip, left] = [0, Infinity]
  for await (const chunk of bytes) {
    let part: Uint8Array = chunk
    if (head !== undefined) {
      head = Buffer.concat([head, chunk])
      if (head.length < headerEnd && isPragma(head)) continue
      if (isPragma(head)) [skip, left] = [Number(head.readBigUInt64LE(pragma.length + 16)), Number(head.readBigUInt64LE(pragma.length + 24))]
      part = head
      head = undefined
    }
    const passed = Math.min(skip, part.length)
    skip -= passed
    const own = part.subarray(passed, Math.min(part.length, passed + left))
    left -= own.length
    if (own.length > 0) yield own
    if (left <= 0) return
  }
  // Too short for either: the reader says so.
  if (head !== undefined && head.length > 0) yield head
}

function isPragma(head: Buffer): boolean {
  const length = Math.min(head.length, pragma.length)
  return head.subarray(0, length).equals(pragma.subarray(0, length))
}
