import { domainToASCII } from 'node:url'

/** A domain in the one spelling by which it is looked up, or undefined where the text is none. */
export function parseDomain(text: string): string | undefined {
  if (text.length > 254 || hasMore.test(text)) return undefined
  const name = domainToASCII(text).replace(/\.$/, '')
  return name.length <= 253 && isDomain.test(name) ? name : undefined
}

/** What `domainToASCII` would read as something beside the domain, or as an escape. */
const hasMore = /[\0-\x20\x7f/?#@:%\\[\]<>^|]/
/** RFC 1035 §2.3.4, with the underscore that names of services have; an address is no name. */
const isDomain = /^(?!\d+(\.\d+){3}$)[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?(\.[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?)+$/
