import { bases } from 'multiformats/basics'
import { base32 } from 'multiformats/bases/base32'
import { base58btc } from 'multiformats/bases/base58'
import type { CID } from 'multiformats/cid'
import { DagError } from '../fault.ts'
import { decodeCid } from './bytes.ts'

/** Longer than any storable CID in base2; keeps the quadratic bases cheap. */
const maxCidText = 2048
const libp2pKey = 0x72
const decoders = new Map(
  Object.values(bases)
    .filter((base) => base.name !== 'identity')
    .map((base) => [base.prefix as string, base]),
)

/**
 * A CID of any version in any multibase.
 * @throws DagError INVALID_CID; the reason says so when the text is an IPNS name
 */
export function parseCid(text: string): CID {
  if (text.length > maxCidText) throw invalid(text, `it is longer than ${maxCidText} characters`)
  if (isPeerId(text)) throw ipnsName(text)
  const cid = decodeCidText(text)
  if (cid.code === libp2pKey) throw ipnsName(text)
  return cid
}

/** CIDv1 in base32: the key of a DAG, whichever way its root was written. */
export function canonicalCid(cid: CID): string {
  // Not `toString`, whose cache of weak references costs ten times the encoding.
  return base32.encode((cid.version === 1 ? cid : cid.toV1()).bytes)
}

function decodeCidText(text: string): CID {
  try {
    const cid = decodeCid(toBytes(text))
    // The specification has no multibase form of CIDv0.
    if (cid.version === 0 && !text.startsWith('Qm')) throw invalid(text, 'a CIDv0 is written in bare base58btc')
    return cid
  } catch (cause) {
    if (cause instanceof DagError && cause.data.cid !== undefined) throw cause
    throw invalid(text, cause instanceof Error ? cause.message : String(cause))
  }
}

function toBytes(text: string): Uint8Array {
  if (text.length === 46 && text.startsWith('Qm')) return base58btc.baseDecode(text)
  const prefix = String.fromCodePoint(text.codePointAt(0) ?? 0)
  const base = decoders.get(prefix)
  if (base === undefined) throw new Error(text === '' ? 'it is empty' : 'it starts with no known multibase prefix')
  return base.decode(text)
}

/** Bare base58btc of an identity multihash of a public key: Ed25519 (12D3Koo…), secp256k1 (16Uiu2HA…). */
function isPeerId(text: string): boolean {
  return /^(12D3Koo|16Uiu2HA)[1-9A-HJ-NP-Za-km-z]{40,60}$/.test(text)
}

function ipnsName(text: string): DagError {
  return invalid(text, 'it is an IPNS name, which points at content but is not content; give the CID that it resolves to')
}

function invalid(text: string, reason: string): DagError {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
  return new DagError('INVALID_CID', { reason: `"${shown}" is not a CID: ${reason.replace(/^not a CID: /, '')}`, cid: shown })
}

