import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'

export const wallet = () => generateKeyPairSync('ed25519')

const didOf = (key: KeyObject) => `did:key:${base58btc.encode(Uint8Array.of(0xed, 0x01, ...Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url')))}`

export const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As @nftstorage/metaplex-auth signs it, by a wallet that nobody has seen, unless one is given. */
export function tokenFor(rootCID: unknown, { publicKey, privateKey } = wallet(), change: { iss?: unknown; alg?: string; by?: KeyObject } = {}): string {
  const content = `${encoded({ alg: change.alg ?? 'EdDSA', typ: 'JWT' })}.${encoded({ iss: change.iss ?? didOf(publicKey), req: { put: { rootCID, tags: { solanaCluster: 'devnet' } } } })}`
  return `${content}.${sign(null, Buffer.from(content), change.by ?? privateKey).toString('base64url')}`
}

/** What is answered to a CAR with this `x-web3auth`. */
export async function sendSigned(url: string, header: string | undefined, bytes: Uint8Array, name?: string) {
  const answer = await fetch(`${url}/nft/metaplex/upload`, { method: 'POST', body: bytes as BodyInit, headers: { 'content-type': 'application/car', ...(header && { 'x-web3auth': header }), ...(name && { 'x-name': name }) } })
  return { status: answer.status, body: (await answer.json()) as any }
}

export const signedFor = (root: { cid: { toString(): string } }) => `Metaplex ${tokenFor(root.cid.toString())}`
