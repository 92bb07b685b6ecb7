/** The bytes for which the CIDs of the classic services are known. */
export function classicPattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16) * 7) & 255)
}
