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
