import { parseCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { parseDomain } from './domain-name.ts'
import { parseIpnsName, type IpnsName } from './ipns-name.ts'

/** What a name is: a key, or a domain. */
export type Name = { kind: 'key'; key: IpnsName } | { kind: 'domain'; domain: string }

/** Where a name leads: to content, or to another name; and the path below that. */
export type NamePath = ({ kind: 'content'; root: CID } | Name) & { names: string[] }

/** A key in any spelling, or a domain; undefined: neither. */
export function parseName(text: string): Name | undefined {
  const key = parseIpnsName(text)
  if (key !== undefined) return { kind: 'key', key }
  const domain = parseDomain(text)
  return domain === undefined ? undefined : { kind: 'domain', domain }
}

/** In words and addresses: the key in base36, or the domain. */
export function nameText(name: Name): string {
  return name.kind === 'key' ? name.key.text : name.domain
}

/** `/ipfs/{cid}/…` or `/ipns/{name}/…`, not percent-encoded; undefined: it is neither. */
export function parseNamePath(path: string): NamePath | undefined {
  const [, namespace, id = '', rest = ''] = /^\/(ipfs|ipns)\/([^/]+)(\/.*)?$/s.exec(path) ?? []
  const names = rest.split('/').filter((name) => name !== '')
  if (names.some((name) => name === '.' || name === '..')) return undefined
  if (namespace === 'ipfs') {
    const root = cidOf(id)
    return root && { kind: 'content', root, names }
  }
  const name = namespace === 'ipns' ? parseName(id) : undefined
  return name && { ...name, names }
}

function cidOf(text: string): CID | undefined {
  try {
    return parseCid(text)
  } catch {
    return undefined
  }
}
