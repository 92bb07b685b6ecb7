/** What an archive says of one entry before its bytes. */
export interface TarEntry {
  /** Relative, without a slash at its end. */
  path: string
  kind: 'file' | 'directory' | 'symlink'
  /** Content bytes of a file. */
  size?: number
  /** Where a symlink points. */
  target?: string
}

export const tarBlock = 512

/** The two blocks of zeros at the end of an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * tarBlock)

const types = { file: '0', directory: '5', symlink: '2' } as const
/** In octal, eleven digits of a header. */
const maxSize = 8 ** 11 - 1

/** One entry in the pax interchange format (POSIX.1-2001): an extended header where a plain one cannot say it. */
export function tarHeader({ path, kind, size = 0, target = '' }: TarEntry): Uint8Array {
  const name = kind === 'directory' ? `${path}/` : path
  const records = [
    isPlain(name) ? '' : record('path', name),
    isPlain(target) ? '' : record('linkpath', target),
    size > maxSize ? record('size', String(size)) : '',
  ].join('')
  const header = block({ name, size: Math.min(size, maxSize), type: types[kind], target, mode: kind === 'directory' ? 0o755 : 0o644 })
  if (records === '') return header
  const extended = Buffer.from(records)
  return Buffer.concat([block({ name: 'pax', size: extended.length, type: 'x', target: '', mode: 0o644 }), extended, tarPadding(extended.length), header])
}

/** Zeros that fill the last block of so many bytes. */
export function tarPadding(size: number): Uint8Array {
  return tarEnd.subarray(0, (tarBlock - (size % tarBlock)) % tarBlock)
}

/** Says itself in a plain header. */
function isPlain(text: string): boolean {
  return text.length <= 100 && /^[\x20-\x7e]*$/.test(text)
}

/** Its length, its own digits included, then `key=value`. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length++
  return `${length} ${key}=${value}\n`
}

function block({ name, size, type, target, mode }: { name: string; size: number; type: string; target: string; mode: number }): Buffer {
  const header = Buffer.alloc(tarBlock)
  const octal = (value: number, at: number, digits: number) => header.write(value.toString(8).padStart(digits, '0'), at, 'latin1')
  header.write(name, 0, 100, 'utf8')
  octal(mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(0, 136, 11)
  header.write(type, 156, 'latin1')
  header.write(target, 157, 100, 'utf8')
  header.write('ustar\x0000', 257, 'latin1')
  // The sum of all bytes, with spaces where it stands itself.
  header.fill(' ', 148, 156)
  octal(header.reduce((sum, byte) => sum + byte, 0), 148, 6)
  header[154] = 0
  return header
}
