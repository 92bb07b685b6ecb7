import { fault } from '../../../kernel/faults.ts'
import { decode, type Rule } from './parse.ts'

/** A rule that fits a path, and where it leads. */
export interface Match {
  rule: Rule
  /** Path, from a slash on, or URL; percent-encoded, with the query that the rule has, without that of the request. */
  to: string
}

/** Characters of an address that a rule makes of a path; clients take no longer ones. */
const maxAddress = 32 * 1024

/** The first rule that fits. `path` is that of the request, percent-encoded, from its first slash on. Fault REDIRECTS_BROKEN where it leads to what is no address. */
export function findRule(rules: readonly Rule[], path: string): Match | undefined {
  const segments = path.slice(1).split('/').map(decode)
  const rule = rules.find((one) => fits(one, segments))
  return rule && { rule, to: expand(rule.to, valuesOf(rule, segments)) }
}

/** Adds the query of a request to an address; where both have a parameter, that of the request counts. */
export function withQuery(to: string, query: string): string {
  if (query === '') return to
  const [, address, own = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(to)!
  const asked = [...new URLSearchParams(query)]
  const names = new Set(asked.map(([name]) => name))
  const merged = new URLSearchParams([...[...new URLSearchParams(own)].filter(([name]) => !names.has(name)), ...asked])
  return `${address}?${merged}${fragment}`
}

function fits({ from, splat }: Rule, segments: readonly string[]): boolean {
  if (splat ? segments.length < from.length : segments.length !== from.length) return false
  return from.every((wanted, at) => {
    const segment = segments[at]!
    if ('placeholder' in wanted) return segment !== ''
    return splat && at === from.length - 1 ? segment.startsWith(wanted.text) : segment === wanted.text
  })
}

/** What a path that fits has in the place of placeholders. Only then: thousands of rules may try their hand at one long path. */
function valuesOf({ from, splat }: Rule, segments: readonly string[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const [at, wanted] of from.entries()) if ('placeholder' in wanted) values.set(wanted.placeholder, encodeSegment(segments[at]!))
  const last = from.at(-1)!
  if (splat && 'text' in last) values.set('splat', [segments[from.length - 1]!.slice(last.text.length), ...segments.slice(from.length)].map(encodeSegment).join('/'))
  return values
}

function encodeSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed())
}

/** What a visitor wrote into the path never makes another host of it, nor a header of its own, nor an address without an end. */
function expand(to: string, values: ReadonlyMap<string, string>): string {
  const [, host = '', rest] = /^([a-z]+:[\\/]*[^\\/?#]*)?(.*)$/is.exec(to)!
  let room = maxAddress
  const filled = rest!.replace(/:([A-Za-z]\w*)/g, (text, name: string) => {
    const value = values.get(name) ?? text
    room -= value.length
    if (room < 0) throw fault('REDIRECTS_BROKEN', { reason: `the address it leads to is longer than ${maxAddress} characters` })
    return value
  })
  const safe = to.startsWith('/') && !to.startsWith('//') ? filled.replace(/^\/[/\\]+/, '/') : host + filled
  return safe.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent)
}
