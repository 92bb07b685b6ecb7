import { canonicalCid, parseCid } from '@thole/dag'
import { importJWK, jwtVerify, type JWTPayload } from 'jose'
import { base58btc } from 'multiformats/bases/base58'
import { fault } from '../../kernel/faults.ts'

const algorithm = 'EdDSA'
/** Multicodec ed25519-pub, as a varint. */
const ed25519 = [0xed, 0x01]
const maxToken = 8192

/**
 * `x-web3auth: Metaplex <JWT>`: a token that is signed by the key which its issuer is (`did:key:z…`), and names the root that may be sent
 * with it. Returns the root in its canonical text. Fault UNAUTHENTICATED.
 */
export async function rootInToken(header: string | undefined): Promise<string> {
  const token = /^Metaplex (\S+)$/.exec(header ?? '')?.[1]
  if (token === undefined || token.length > maxToken) throw refused('the header x-web3auth must be "Metaplex <token>"')
  const claims = await verified(token)
  const root = (claims.req as { put?: { rootCID?: unknown } } | undefined)?.put?.rootCID
  if (typeof root !== 'string') throw refused('the token names no root (req.put.rootCID)')
  try {
    return canonicalCid(parseCid(root))
  } catch (cause) {
    throw refused('what the token names as root is no CID', cause)
  }
}

async function verified(token: string): Promise<JWTPayload> {
  try {
    const issuer = (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload | null)?.iss
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey(issuer) }, algorithm)
    return (await jwtVerify(token, key, { algorithms: [algorithm] })).payload
  } catch (cause) {
    throw refused('the token of x-web3auth is not signed by its issuer, a did:key of Ed25519', cause)
  }
}

/** The key itself, in base64url. */
function publicKey(did: unknown): string {
  const bytes = base58btc.decode(/^did:key:(z[1-9A-HJ-NP-Za-km-z]{40,60})$/.exec(String(did))?.[1] ?? '')
  if (bytes.length !== 34 || !ed25519.every((byte, i) => bytes[i] === byte)) throw new TypeError('no Ed25519 key')
  return Buffer.from(bytes.subarray(2)).toString('base64url')
}

function refused(reason: string, cause?: unknown) {
  return fault('UNAUTHENTICATED', { reason }, { cause })
}
