const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Three digits that matter: `0 B`, `1.5 MiB`, `230 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1)
  const value = bytes / 1024 ** power
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${Number(value.toFixed(digits))} ${units[power]}`
}
