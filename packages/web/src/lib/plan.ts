/** A file as the user gave it: `path` is relative, with `/`, and ends in the file's name. */
export interface Picked {
  path: string
  file: File
}

/** What one upload will be made of. */
export interface Plan {
  /** `car` waits for the user's word whether it is to be unpacked. */
  kind: 'file' | 'folder' | 'car'
  name: string
  items: Picked[]
  bytes: number
}

/**
 * Makes uploads of what was dropped: each loose CAR by itself, the rest as one folder, or (`apart`) each
 * loose file and each folder by itself.
 */
export function planUploads(picked: readonly Picked[], { apart = false } = {}): Plan[] {
  const [cars, rest] = split(picked, ({ path }) => !path.includes('/') && path.toLowerCase().endsWith('.car'))
  const groups = apart ? [...Map.groupBy(rest, ({ path }) => path.split('/', 1)[0]).values()] : rest.length > 0 ? [rest] : []
  return [...cars.map((item) => planOf('car', item.path, [item])), ...groups.map(planGroup)]
}

function planGroup(items: Picked[]): Plan {
  const [first] = items
  if (items.length === 1 && first && !first.path.includes('/')) return planOf('file', first.path, items)
  const top = commonFolder(items)
  if (top === undefined) return planOf('folder', '', items)
  // As `ipfs add -r site`: the root is the folder itself. A lone file keeps its folder, or it would lose it.
  const inner = items.length === 1 ? items : items.map(({ file, path }) => ({ file, path: path.slice(top.length + 1) }))
  return planOf('folder', top, inner)
}

function commonFolder(items: Picked[]): string | undefined {
  const tops = new Set(items.map(({ path }) => (path.includes('/') ? path.split('/', 1)[0] : undefined)))
  return tops.size === 1 ? [...tops][0] : undefined
}

function planOf(kind: Plan['kind'], name: string, items: Picked[]): Plan {
  return { kind, name, items, bytes: items.reduce((sum, { file }) => sum + file.size, 0) }
}

function split<T>(values: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((value) => !test(value))]
}
