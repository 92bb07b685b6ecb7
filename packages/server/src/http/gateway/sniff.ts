/** How many of the first bytes `typeByBytes` looks at. */
export const sniffLength = 1024

type Signature = [type: string, text: string, at?: number]

/** Latin-1 text at an offset, 0 where none is given. */
const signatures: readonly Signature[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'WEBP', 8],
  ['image/avif', 'ftypavif', 4],
  ['image/avif', 'ftypavis', 4],
  ['image/heic', 'ftypheic', 4],
  ['image/jxl', '\xff\x0a'],
  ['image/bmp', 'BM'],
  ['image/tiff', 'II*\0'],
  ['image/tiff', 'MM\0*'],
  ['image/vnd.microsoft.icon', '\0\0\x01\0'],
  ['application/pdf', '%PDF-'],
  ['audio/mp4', 'ftypM4A', 4],
  ['video/quicktime', 'ftypqt', 4],
  ['video/mp4', 'ftyp', 4],
  ['video/webm', '\x1a\x45\xdf\xa3'],
  ['video/x-msvideo', 'AVI ', 8],
  ['audio/wav', 'WAVE', 8],
  ['audio/mpeg', 'ID3'],
  ['audio/mpeg', '\xff\xfb'],
  ['audio/mpeg', '\xff\xf3'],
  ['audio/flac', 'fLaC'],
  ['audio/midi', 'MThd'],
  ['audio/ogg', 'OggS'],
  ['font/woff', 'wOFF'],
  ['font/woff2', 'wOF2'],
  ['font/otf', 'OTTO'],
  ['font/ttf', '\0\x01\0\0'],
  ['application/wasm', '\0asm'],
  ['application/zip', 'PK\x03\x04'],
  ['application/zip', 'PK\x05\x06'],
  ['application/gzip', '\x1f\x8b'],
  ['application/x-bzip2', 'BZh'],
  ['application/x-xz', '\xfd7zXZ\0'],
  ['application/zstd', '\x28\xb5\x2f\xfd'],
  ['application/x-7z-compressed', "7z\xbc\xaf'\x1c"],
  ['application/vnd.rar', 'Rar!\x1a\x07'],
  ['application/x-tar', 'ustar', 257],
  ['application/vnd.sqlite3', 'SQLite format 3\0'],
]

const signatureEnd = Math.max(...signatures.map(([, text, at = 0]) => at + text.length))

/** What names itself only inside of a RIFF frame. */
const riff = new Set(['image/webp', 'video/x-msvideo', 'audio/wav'])

/** Tried in this order on what follows an XML declaration and comments. */
const markup: readonly [type: string, pattern: RegExp][] = [
  ['image/svg+xml', /^(<!doctype svg[^>]*>\s*)?<svg[\s>]/i],
  ['text/html; charset=utf-8', /^<(!doctype html|html|head|body|title|script|iframe|style|table|div|h1|a|p|br|b|font)[\s/>]/i],
]
const xml = /^<\?xml\s[^>]*>/i
const json = /^(\{\s*("|\}|$)|\[\s*(["{[\]\d-]|true|false|null|$))/

/** The type of content that has no telling name, by its first `sniffLength` bytes. */
export function typeByBytes(head: Uint8Array): string {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, sniffLength))
  return bySignature(bytes) ?? byText(bytes) ?? 'application/octet-stream'
}

function bySignature(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, signatureEnd)
  const found = signatures.find(([type, text, at = 0]) => head.startsWith(text, at) && (!riff.has(type) || head.startsWith('RIFF')))
  return found && !isPlainWord(found, bytes) ? found[0] : undefined
}

/** Short letter-only signatures also begin sentences ("BMW is …"); formats that use them hold bytes that text never has. */
function isPlainWord([, text]: Signature, bytes: Buffer): boolean {
  return /^[A-Za-z0-9]{2,4}$/.test(text) && textOf(bytes) !== undefined
}

function byText(bytes: Buffer): string | undefined {
  const text = textOf(bytes)?.trimStart()
  if (text === undefined) return undefined
  const start = afterComments(text.replace(xml, ''))
  const found = markup.find(([, pattern]) => pattern.test(start))?.[0]
  if (found !== undefined) return found
  if (xml.test(text)) return 'text/xml; charset=utf-8'
  return json.test(text) ? 'application/json' : 'text/plain; charset=utf-8'
}

function afterComments(text: string): string {
  let start = text.trimStart()
  while (start.startsWith('<!--')) {
    const end = start.indexOf('-->')
    if (end < 0) break
    start = start.slice(end + 3).trimStart()
  }
  return start
}

/** UTF-8 without control characters, or undefined. The last character may be cut. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    // oxlint-disable-next-line no-control-regex
    return /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
