const encoder = new TextEncoder()

/** Bytes of a well-formed string in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A surrogate is half of four bytes.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return length
}

/** Writes a well-formed string of `length` bytes at `at`. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string, length: number): void {
  if (length !== text.length) {
    encoder.encodeInto(text, bytes.subarray(at, at + length))
    return
  }
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i)
}

/**
 * Orders well-formed strings as their UTF-8 bytes would be (dag-pb sorts links so). UTF-16 units give the same order,
 * except that surrogates (U+D800 to U+DFFF) stand for code points above U+E000 to U+FFFF.
 */
export function byUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
