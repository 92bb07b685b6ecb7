import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unwrapCar } from './car-v2.ts'

const pass = async (bytes: Uint8Array, cut: number) => Buffer.concat(await Array.fromAsync(unwrapCar((async function* () { for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut) })())))

const wrapped = (v1: Uint8Array, gap: number, behind: Uint8Array) => {
  const head = Buffer.alloc(51 + gap)
  Buffer.from('0aa16776657273696f6e02', 'hex').copy(head)
  head.writeBigUInt64LE(BigInt(51 + gap), 27)
  head.writeBigUInt64LE(BigInt(v1.length), 35)
  return Buffer.concat([head, v1, behind])
}

test('what is in a CARv2 comes out, and all else passes, wherever the stream is cut', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(100), bytes, fc.integer({ min: 1, max: 400 }), async (v1, gap, behind, cut) => {
      expect(Buffer.compare(await pass(wrapped(v1, gap, behind), cut), v1)).toBe(0)
      expect(Buffer.compare(await pass(v1, cut), v1)).toBe(0)
    }),
  )
})

test('one that ends in its header passes as it is: it is no CAR of any kind', async () => {
  const start = wrapped(new Uint8Array(10), 0, new Uint8Array()).subarray(0, 30)
  expect(Buffer.compare(await pass(start, 7), start)).toBe(0)
})
