/** Characters of a path that are told; the names in a DAG are its writer's to choose, as long as a block each. */
export const maxPathLength = 1024

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true }) // a byte order mark is part of a name

/** A path one name longer; one that would grow beyond the bound ends with "…" and stays as it is from there. */
export function joinPath(path: string, name: string, max: number): string {
  if (path.length >= max && path.endsWith('…')) return path
  const joined = path === '' ? name : `${path}/${name.slice(0, max)}`
  if (joined.length <= max) return joined
  // No half of a surrogate pair.
  return `${joined.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`.padEnd(max, '…')
}

/** A name in UTF-8, decoded only as far as a path of `max` characters can show it. */
export function nameIn(bytes: Uint8Array, at: number, end: number, max: number): string {
  return utf8.decode(bytes.subarray(at, Math.min(end, at + 4 * max)))
}
