/** One line of a `_redirects` file (Web Redirects File specification). */
export interface Rule {
  /** Decoded segments, each a text that has to be there or the name of a placeholder; the last one of a splat is a prefix. */
  from: readonly ({ text: string } | { placeholder: string })[]
  /** Whether `from` ends with an asterisk. */
  splat: boolean
  /** Path or URL, as written. */
  to: string
  status: number
}

/** Bytes of a `_redirects` file. */
export const maxRedirectsBytes = 64 * 1024

const statuses: ReadonlySet<string> = new Set(['200', '301', '302', '303', '307', '308', '404', '410', '451'])
/** What the client is led away with; the others serve a page in the place of what is missing. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Throws an Error that names the line. */
export function parseRedirects(bytes: Uint8Array): Rule[] {
  if (bytes.length > maxRedirectsBytes) throw tooLarge()
  const rules: Rule[] = []
  for (const [index, line] of textOf(bytes).split(/\r?\n/).entries()) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    try {
      rules.push(parseRule(text.split(/\s+/)))
    } catch (cause) {
      throw new Error(`line ${index + 1}: ${(cause as Error).message}`, { cause })
    }
  }
  return rules
}

export function tooLarge(): Error {
  return new Error(`redirects file size cannot exceed ${maxRedirectsBytes} bytes`)
}

export function isRedirect({ status }: Rule): boolean {
  return redirects.has(status)
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error('it is no text', { cause })
  }
}

function parseRule([from, to, status = '301', ...rest]: string[]): Rule {
  if (from === undefined || to === undefined || rest.length > 0) throw new Error('it has to be "from to [status]"')
  if (!statuses.has(status)) throw new Error(`status ${status.slice(0, 20)} is not supported`)
  const rule = { ...parseFrom(from), to, status: Number(status) }
  if (!to.startsWith('/') && !(isRedirect(rule) && /^(https?|ipfs|ipns):\/\//i.test(to) && URL.canParse(to))) {
    throw new Error(isRedirect(rule) ? '"to" has to be a path or a URL of http, https, ipfs or ipns' : '"to" has to be a path')
  }
  return rule
}

function parseFrom(text: string): Pick<Rule, 'from' | 'splat'> {
  if (!text.startsWith('/')) throw new Error('"from" has to be a path')
  const splat = text.endsWith('*')
  const plain = splat ? text.slice(0, -1) : text
  if (plain.includes('*')) throw new Error('an asterisk has to be the only one, at the end')
  const from = plain.slice(1).split('/').map(parseSegment)
  const names = from.flatMap((segment) => ('placeholder' in segment ? [segment.placeholder] : []))
  if (new Set(names).size < names.length) throw new Error('a placeholder is there twice')
  if (splat && (names.includes('splat') || 'placeholder' in from.at(-1)!)) throw new Error('an asterisk has no placeholder beside it')
  return { from, splat }
}

function parseSegment(text: string): Rule['from'][number] {
  const [, placeholder] = /^:([A-Za-z]\w*)$/.exec(text) ?? []
  return placeholder === undefined ? { text: decode(text) } : { placeholder }
}

/** A text that is no escape stands for itself. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
