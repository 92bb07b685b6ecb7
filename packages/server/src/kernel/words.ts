/** Made once: what it takes to speak English is brought in by the first. */
const inThousands = new Intl.NumberFormat('en')

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 1536 → "1.5 KiB". */
export function bytesInWords(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`
}

/** 90_000 → "2 minutes": coarse, for reasons that people read. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 90) return count(seconds, 'second')
  if (seconds < 90 * 60) return count(Math.round(seconds / 60), 'minute')
  if (seconds < 36 * 3600) return count(Math.round(seconds / 3600), 'hour')
  return count(Math.round(seconds / 86400), 'day')
}

/** 2, "block" → "2 blocks". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${inThousands.format(n)} ${n === 1 ? noun : plural}`
}
