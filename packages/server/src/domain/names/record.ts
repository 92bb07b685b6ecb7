import { decode as decodeCbor } from '@ipld/dag-cbor'
import { publicKeyFromMultihash, publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import type { PublicKey } from '@libp2p/interface'
import { create as createDigest } from 'multiformats/hashes/digest'
import { digest } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import type { IpnsName } from './ipns-name.ts'
import { readFields } from './record-fields.ts'

/** What the owner of a key has signed of where its name leads. */
export interface IpnsRecord {
  /** As it is stored and sent (protobuf IpnsEntry). */
  bytes: Uint8Array
  /** A content path: /ipfs/… or /ipns/… */
  value: string
  sequence: bigint
  /** Until when it is valid: milliseconds since the epoch. */
  expires: number
  /** Milliseconds for which it need not be asked for again; undefined: it does not say. */
  ttl?: number
}

/** IPNS record specification, "Record Size Limit". */
export const maxRecordBytes = 10 * 1024
/** Keys that do not fit a name: RSA of 8,192 bits takes half of it. */
const maxKeyBytes = 2048

const field = { value: 1, signatureV1: 2, validityType: 3, validity: 4, sequence: 5, ttl: 6, publicKey: 7, signatureV2: 8, data: 9 } as const
const signed = Buffer.from('ipns-signature:')

/** A record as it was read, and what proves it. */
export interface UncheckedRecord extends IpnsRecord {
  proof: { data: Uint8Array; signature: Uint8Array; publicKey?: Uint8Array }
}

/**
 * Reads a record and checks what can be without its key (IPNS record specification, "Record Verification"; IPIP-0428): the V2
 * signature has to be there, and what V1 repeats of its data has to be the same. Fault INVALID_REQUEST, which says what is wrong.
 */
export function parseRecord(bytes: Uint8Array): UncheckedRecord {
  if (bytes.length > maxRecordBytes) throw invalid(`it is longer than ${maxRecordBytes} bytes`)
  const fields = fieldsOf(bytes)
  const bytesOf = (number: number) => {
    const found = fields.get(number)
    return found instanceof Uint8Array && found.length > 0 ? found : undefined
  }
  const [data, signature] = [bytesOf(field.data), bytesOf(field.signatureV2)]
  if (data === undefined || signature === undefined) throw invalid('it has no V2 signature')
  const record = readData(data)
  if (bytesOf(field.signatureV1) || bytesOf(field.value)) checkCopies(fields, record)
  const { value, validity, sequence, ttl } = record
  return {
    bytes,
    value: pathOf(value),
    expires: instantOf(validity),
    sequence,
    ...(ttl > 0n && { ttl: milliseconds(ttl) }),
    proof: { data, signature, publicKey: bytesOf(field.publicKey) },
  }
}

/** The same, and checks that the owner of the name has signed it. When it expires is left to the caller. */
export async function readRecord(name: IpnsName, bytes: Uint8Array): Promise<IpnsRecord> {
  const { proof, ...record } = parseRecord(bytes)
  await checkSignature(keyOf(name, proof.publicKey), proof.data, proof.signature)
  return record
}

/** Above 0: `a` replaces `b`. Two that differ in nothing else are told apart by their bytes, so that everybody keeps the same. */
export function compareRecords(a: IpnsRecord, b: IpnsRecord): number {
  if (a.sequence !== b.sequence) return a.sequence > b.sequence ? 1 : -1
  return a.expires - b.expires || Buffer.compare(a.bytes, b.bytes)
}

function fieldsOf(bytes: Uint8Array): Map<number, bigint | Uint8Array> {
  try {
    return readFields(bytes)
  } catch (cause) {
    throw invalid((cause as Error).message, cause)
  }
}

function keyOf({ multihash }: IpnsName, given: Uint8Array | undefined): PublicKey {
  const isInline = multihash.code === 0
  if (given === undefined && !isInline) throw invalid('it lacks the public key, which its name does not tell')
  if (given !== undefined) {
    if (given.length > maxKeyBytes) throw invalid('its public key is too long')
    const own = isInline ? given : digest(multihash.code, given)
    if (Buffer.compare(own, multihash.digest) !== 0) throw invalid('its public key is not that of the name')
  }
  try {
    return isInline ? publicKeyFromMultihash(createDigest(0, multihash.digest)) : publicKeyFromProtobuf(given!)
  } catch (cause) {
    throw invalid('its public key cannot be read', cause)
  }
}

async function checkSignature(key: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<void> {
  let isRight = false
  try {
    isRight = await key.verify(Buffer.concat([signed, data]), signature)
  } catch {}
  if (!isRight) throw invalid('its V2 signature is wrong')
}

interface Data {
  value: Uint8Array
  validity: Uint8Array
  sequence: bigint
  /** Nanoseconds; 0: it does not say. */
  ttl: bigint
}

function readData(bytes: Uint8Array): Data {
  let map: Record<string, unknown>
  try {
    map = decodeCbor(bytes) ?? {}
  } catch (cause) {
    throw invalid('its data is no DAG-CBOR', cause)
  }
  const { Value: value, Validity: validity, ValidityType: type, Sequence: sequence, TTL: ttl = 0 } = map
  if (!(value instanceof Uint8Array) || !(validity instanceof Uint8Array) || !isUnsigned(sequence) || !isUnsigned(ttl)) throw invalid('its data lacks a field')
  if (type !== 0) throw invalid('its validity is of an unknown type')
  return { value, validity, sequence: BigInt(sequence), ttl: BigInt(ttl) }
}

/** A record whose V1 fields said something else could be shown to old readers in the place of this one. */
function checkCopies(fields: ReadonlyMap<number, bigint | Uint8Array>, { value, validity, sequence, ttl }: Data): void {
  const same = (number: number, bytes: Uint8Array) => {
    const copy = fields.get(number)
    return copy instanceof Uint8Array && Buffer.compare(copy, bytes) === 0
  }
  const equal = (number: number, wanted: bigint) => (fields.get(number) ?? 0n) === wanted
  const isSame =
    same(field.value, value) && same(field.validity, validity) && equal(field.validityType, 0n) && equal(field.sequence, sequence) && equal(field.ttl, ttl)
  if (!isSame) throw invalid('its V1 fields differ from what is signed')
}

function pathOf(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch (cause) {
    throw invalid('its value is no text', cause)
  }
}

/** RFC 3339, to the nanosecond; ours are milliseconds. */
function instantOf(validity: Uint8Array): number {
  const text = Buffer.from(validity).toString('latin1')
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const instant = parts === null ? Number.NaN : Date.parse(`${parts[1]}${(parts[2] ?? '').slice(0, 4)}${parts[3]}`)
  if (Number.isNaN(instant)) throw invalid('its validity is no date')
  return instant
}

function isUnsigned(value: unknown): value is number | bigint {
  return typeof value === 'bigint' ? value >= 0n && value < 1n << 64n : Number.isSafeInteger(value) && (value as number) >= 0
}

function milliseconds(nanoseconds: bigint): number {
  return Math.min(Number(nanoseconds / 1_000_000n), Number.MAX_SAFE_INTEGER)
}

function invalid(reason: string, cause?: unknown) {
  return fault('INVALID_REQUEST', { reason: `this is no valid IPNS record: ${reason}` }, { cause })
}
