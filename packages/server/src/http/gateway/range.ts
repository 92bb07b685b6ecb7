/** `to` is exclusive. */
export interface ByteRange {
  from: number
  to: number
}

/**
 * RFC 9110 §14: the first range that can be served; `unsatisfiable` where none can; undefined where the header is
 * absent, malformed or in another unit, and the whole is to be sent.
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const set = /^bytes=(.*)$/i.exec(header)?.[1]
  if (set === undefined) return undefined
  let found: ByteRange | undefined
  for (const spec of set.split(',')) {
    const [whole, first, last] = /^[ \t]*(\d*)-(\d*)[ \t]*$/.exec(spec) ?? []
    if (whole === undefined || (first === '' && last === '')) return undefined
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
    found ??= satisfiable(first!, last!, size)
  }
  return found ?? 'unsatisfiable'
}

function satisfiable(first: string, last: string, size: number): ByteRange | undefined {
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length > 0 ? { from: size - length, to: size } : undefined
  }
  const from = Number(first)
  if (from >= size) return undefined
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) }
}
