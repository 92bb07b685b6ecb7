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

/** 2, "block" → "2 blocks". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${inThousands.format(n)} ${n === 1 ? noun : plural}`
}

/** What a stranger wrote, safe for a terminal: control characters are shown, not obeyed. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`)
}
