/** Databases bind a bounded number of values in one statement (SQLite: 32,766). */
export function* slices<T>(items: readonly T[], size = 1000): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
