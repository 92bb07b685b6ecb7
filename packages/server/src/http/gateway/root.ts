import { parseCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault, toFault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import type { Address } from './address.ts'
import { dnsLabel } from './dns-label.ts'
import type { GatewayRequest } from './request.ts'
import { redirect, textReply } from './text-reply.ts'

/** Fault INVALID_CID, worded as clients of gateways know it. */
export function parseRoot({ id, style }: Address): CID {
  try {
    // Host names come in any case; only a CIDv0 has meaning in it.
    return parseCid(style === 'subdomain' && !id.startsWith('Qm') ? id.toLowerCase() : id)
  } catch (cause) {
    const { data, message } = toFault(cause)
    throw fault('INVALID_CID', { reason: `invalid path "/ipfs/${id.slice(0, 100)}": ${data.reason ?? message}` }, { cause })
  }
}

/**
 * Where the host gives each root an origin of its own, a root is served only there, under one spelling. undefined: this
 * address is it already, or the host has no such origins.
 */
export function moveToOwnOrigin(request: GatewayRequest, address: Address, root: CID): Reply | undefined {
  const { parent, style, id, rest } = address
  if (parent === undefined) return undefined
  const label = dnsLabel(root)
  if (label === undefined) return textReply(400, 'CID incompatible with DNS label length limit of 63')
  if (style === 'subdomain' && label === id.toLowerCase()) return undefined
  const query = request.query === '' ? '' : `?${request.query}`
  return redirect(`${request.secure ? 'https' : 'http'}://${label}.ipfs.${parent}${rest === '' ? '/' : rest}${query}`)
}
