import { encode as encodeCbor } from '@ipld/dag-cbor'
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { KeyType, PrivateKey } from '@libp2p/interface'
import { digest } from '@thole/dag'
import { create as createDigest } from 'multiformats/hashes/digest'
import { nameOf, type IpnsName } from '../index.ts'

export interface RecordFields {
  value?: string
  sequence?: bigint
  /** Milliseconds since the epoch. */
  expires?: number
  /** Milliseconds. */
  ttl?: number
  /** V1 fields beside the signed data, and what of them differs from it. */
  v1?: { value?: string; sequence?: bigint }
  /** Without the signature that counts. */
  unsigned?: boolean
  /** What the data says of its validity, whatever it should. */
  validity?: string
  validityType?: number
  /** Beside what every record has. */
  more?: Record<string, unknown>
  /** Left out of the record, or another one's. */
  publicKey?: Uint8Array | null
}

/** Somebody who owns a name. */
export interface Owner {
  name: IpnsName
  key: PrivateKey
  sign(fields?: RecordFields): Promise<Uint8Array>
}

export async function newOwner(type: KeyType = 'Ed25519'): Promise<Owner> {
  const key = await generateKeyPair(type as 'Ed25519')
  const name = nameOf(key.publicKey.toMultihash()) ?? nameOf(createDigest(0x12, digest(0x12, publicKeyToProtobuf(key.publicKey))))!
  return { name, key, sign: (fields = {}) => makeRecord(key, name, fields) }
}

const never = Date.UTC(2100, 0, 1)

async function makeRecord(key: PrivateKey, name: IpnsName, fields: RecordFields): Promise<Uint8Array> {
  const { value = '/ipfs/bafkqaaa', sequence = 1n, expires = never, ttl = 300_000, v1, unsigned, validity = new Date(expires).toISOString(), validityType = 0, more = {}, publicKey } = fields
  const nanoseconds = BigInt(ttl) * 1_000_000n
  const data = encodeCbor({ Value: Buffer.from(value), Validity: Buffer.from(validity), ValidityType: validityType, Sequence: sequence, TTL: nanoseconds, ...more })
  const signature = await key.sign(Buffer.concat([Buffer.from('ipns-signature:'), data]))
  const ownKey = name.multihash.code === 0 ? null : publicKeyToProtobuf(key.publicKey)
  const shownKey = publicKey === undefined ? ownKey : publicKey
  return Buffer.concat([
    ...(v1 ? [field(1, Buffer.from(v1.value ?? value)), field(2, Buffer.from('of no matter')), number(3, 0n), field(4, Buffer.from(validity)), number(5, v1.sequence ?? sequence), number(6, nanoseconds)] : []),
    ...(shownKey === null ? [] : [field(7, shownKey)]),
    ...(unsigned ? [] : [field(8, signature)]),
    field(9, data),
  ])
}

function field(tag: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt((tag << 3) | 2)), varint(BigInt(bytes.length)), bytes])
}

function number(tag: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(tag << 3)), varint(value)])
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
  return Buffer.from([...bytes, Number(value)])
}
