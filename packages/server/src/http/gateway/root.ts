import { parseCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { parseName, type Name } from '../../domain/names/index.ts'
import { fault, toFault } from '../../kernel/faults.ts'
import type { Address } from './address.ts'
import { decodeSegment } from './content-path.ts'
import { uninlineDomain } from './dns-label.ts'

/** What an address stands for: content, or a name that leads to some. */
export type Root = { kind: 'content'; cid: CID } | Name

/** Faults INVALID_CID, INVALID_REQUEST, worded as clients of gateways know them. */
export function parseRoot(address: Address): Root {
  const id = address.style === 'path' ? decodeSegment(address.id) : address.id
  return address.namespace === 'ipfs' ? { kind: 'content', cid: parseContentRoot(id, address.style) } : parseNameRoot(id, address.style)
}

function parseContentRoot(id: string, style: Address['style']): CID {
  try {
    // Host names come in any case; only a CIDv0 has meaning in it.
    return parseCid(style === 'subdomain' && !id.startsWith('Qm') ? id.toLowerCase() : id)
  } catch (cause) {
    const { data, message } = toFault(cause)
    throw fault('INVALID_CID', { reason: `invalid path "/ipfs/${id.slice(0, 100)}": ${data.reason ?? message}` }, { cause })
  }
}

/** A label without dots is a key, or a domain that was made to fit one label. */
function parseNameRoot(id: string, style: Address['style']): Name {
  const isLabel = style === 'subdomain' && !id.includes('.')
  const name = parseName(id) ?? (isLabel ? (parseName(id.toLowerCase()) ?? parseName(uninlineDomain(id))) : undefined)
  if (name === undefined) throw fault('INVALID_REQUEST', { reason: `invalid path "/ipns/${id.slice(0, 100)}": it is neither a key nor a domain` })
  return name
}
