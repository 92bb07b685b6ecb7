import { fault } from '../../kernel/faults.ts'

const formats = ['raw', 'car', 'tar', 'dag-json', 'dag-cbor', 'json', 'cbor', 'ipns-record'] as const
export type Format = (typeof formats)[number]

export interface Wish {
  /** undefined: whatever is natural for the content. */
  format: Format | undefined
  /** Another representation than `format` is acceptable too. */
  loose: boolean
  /** A page for people is preferred to whatever is natural, as browsers do. */
  html: boolean
  /** `format` came by the Accept header, not by the query. */
  byAccept: boolean
  /** Parameters of the media type in Accept, names in lower case. */
  parameters: ReadonlyMap<string, string>
}

const mediaTypes = new Map<string, Format>([
  ['application/vnd.ipld.raw', 'raw'],
  ['application/vnd.ipld.car', 'car'],
  ['application/x-tar', 'tar'],
  ['application/vnd.ipld.dag-json', 'dag-json'],
  ['application/vnd.ipld.dag-cbor', 'dag-cbor'],
  ['application/json', 'json'],
  ['application/cbor', 'cbor'],
  ['application/vnd.ipfs.ipns-record', 'ipns-record'],
])

interface MediaRange {
  type: string
  format: Format | undefined
  wild: boolean
  quality: number
  parameters: Map<string, string>
}

/** Which representation is asked for: `format` in the query wins over Accept (IPIP-0523). Fault INVALID_REQUEST. */
export function negotiate(query: URLSearchParams, accept: string): Wish {
  const ranges = parseAccept(accept)
  const named = query.get('format')
  if (named !== null) {
    const format = formats.find((known) => known === named)
    if (format === undefined) throw fault('INVALID_REQUEST', { reason: `format is one of ${formats.join(', ')}` })
    const parameters = ranges.find((range) => range.format === format)?.parameters ?? new Map()
    return { format, loose: false, html: false, byAccept: false, parameters }
  }
  const [best] = ranges
  const loose = ranges.length === 0 || ranges.some((range) => range.format === undefined)
  return { format: best?.format, loose, html: best?.type === 'text/html', byAccept: best?.format !== undefined, parameters: best?.parameters ?? new Map() }
}

/** Best first: by quality, then exact before wildcard, then as written (RFC 9110 §12.5.1). */
function parseAccept(accept: string): MediaRange[] {
  if (accept === '' || accept === '*/*') return []
  return accept
    .split(',')
    .map(parseMediaRange)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || Number(a.wild) - Number(b.wild))
}

function parseMediaRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map(rest.map((part) => splitParameter(part)))
  const quality = Number(parameters.get('q') ?? 1)
  return { type: type.toLowerCase(), format: mediaTypes.get(type.toLowerCase()), wild: type.includes('*'), quality: Number.isNaN(quality) ? 1 : quality, parameters }
}

function splitParameter(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 0) return [text.toLowerCase(), '']
  return [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim().replace(/^"(.*)"$/, '$1')]
}
