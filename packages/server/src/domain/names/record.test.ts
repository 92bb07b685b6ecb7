import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { KeyType } from '@libp2p/interface'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareRecords, maxRecordBytes, readRecord } from './record.ts'
import { newOwner, type RecordFields } from './testing/make-record.ts'

test.each<KeyType>(['Ed25519', 'secp256k1', 'RSA', 'ECDSA'])('a record of a key of type %s is read', async (type) => {
  const { name, sign } = await newOwner(type)
  const expires = Date.UTC(2090, 1, 2, 3, 4, 5, 678)
  const bytes = await sign({ value: '/ipns/example.org/a b', sequence: 2n ** 64n - 1n, expires, ttl: 1_800_000 })
  expect(await readRecord(name, bytes)).toEqual({ bytes, value: '/ipns/example.org/a b', sequence: 2n ** 64n - 1n, expires, ttl: 1_800_000 })
})

test('what V1 repeats may be there, and its signature is of no matter', async () => {
  const { name, sign } = await newOwner()
  expect(await readRecord(name, await sign({ v1: {}, more: { _own: { some: ['thing'] } } }))).toMatchObject({ value: '/ipfs/bafkqaaa' })
})

test('a record that says nothing of its life has none', async () => {
  const { name, sign } = await newOwner()
  expect(await readRecord(name, await sign({ ttl: 0 }))).not.toHaveProperty('ttl')
})

describe('a record is refused', () => {
  test.each<[string, RecordFields, RegExp]>([
    ['that V2 did not sign', { unsigned: true, v1: {} }, /no V2 signature/],
    ['of which V1 says something else', { v1: { value: '/ipfs/bafkqaba' } }, /V1 fields differ/],
    ['of which V1 counts differently', { v1: { sequence: 7n } }, /V1 fields differ/],
    ['whose validity is no date', { validity: 'tomorrow' }, /no date/],
    ['whose validity is no date of this form', { validity: '2090-01-01' }, /no date/],
    ['whose validity is of another type', { validityType: 1 }, /unknown type/],
    ['that is too long', { more: { x: new Uint8Array(maxRecordBytes) } }, /longer than 10240/],
    ['with a key that is not that of the name', { publicKey: Buffer.from('0801', 'hex') }, /not that of the name/],
  ])('%s', async (_, fields, words) => {
    const { name, sign } = await newOwner()
    await expect(readRecord(name, await sign(fields))).rejects.toThrow(words)
  })

  test('that somebody else has signed', async () => {
    const [owner, other] = [await newOwner(), await newOwner()]
    await expect(readRecord(owner.name, await other.sign())).rejects.toThrow(/signature is wrong/)
    await expect(readRecord(owner.name, await other.sign({ publicKey: publicKeyToProtobuf(other.key.publicKey) }))).rejects.toThrow(/not that of the name/)
  })

  test('without the key that its name does not tell', async () => {
    const { name, sign } = await newOwner('RSA')
    await expect(readRecord(name, await sign({ publicKey: null }))).rejects.toThrow(/lacks the public key/)
  })

  test('in which any byte was changed, added or lost', async () => {
    const { name, sign } = await newOwner()
    const bytes = await sign()
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= flip
        await expect(readRecord(name, changed)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
        await expect(readRecord(name, bytes.subarray(0, at))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      }),
      { numRuns: 60 },
    )
  })

  test('that is no record at all', async () => {
    const { name } = await newOwner()
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await expect(readRecord(name, bytes)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    }), { numRuns: 200 })
  })
})

test('the newer of two: by sequence, then by validity, then by bytes', async () => {
  const { name, sign } = await newOwner()
  const read = async (fields: RecordFields) => readRecord(name, await sign(fields))
  const [old, longer, newer] = [await read({ sequence: 1n, expires: 4e12 }), await read({ sequence: 1n, expires: 4.1e12 }), await read({ sequence: 2n, expires: 3.9e12 })]
  const other = await read({ sequence: 1n, expires: 4e12, value: '/ipfs/bafkqaba' })
  const sign_ = (a: typeof old, b: typeof old) => Math.sign(compareRecords(a, b))
  expect([sign_(longer, old), sign_(newer, longer), sign_(old, newer), sign_(old, old)]).toEqual([1, 1, -1, 0])
  expect(sign_(old, other)).toBe(-sign_(other, old))
  expect(sign_(old, other)).not.toBe(0)
})
