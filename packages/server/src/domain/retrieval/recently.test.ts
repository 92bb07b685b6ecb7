import { setTimeout as sleep } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { recently, type RecentLimits } from './recently.ts'

const cidOf = (n: number, codec = 0x70) => CID.createV1(codec, create(0x12, new Uint8Array(32).fill(n)))

/** Of blocks of 100 bytes, by their multihash. */
function counting(limits: RecentLimits) {
  const made = { reads: 0 }
  const get = recently({ read: async () => (made.reads++, new Uint8Array(100)), nameOf: ({ multihash }) => multihash.bytes, bytesOf: ({ length }) => length }, limits)
  return { made, get }
}

test('is read once in a while, and at hand in between', async () => {
  const { made, get } = counting({ maxAge: 40, maxBytes: 1000 })
  const bytes = await get(cidOf(1))
  expect(get(cidOf(1, 0x55))).toBe(bytes)
  expect(made.reads).toBe(1)
  await sleep(50)
  expect(await get(cidOf(1))).not.toBe(bytes)
  expect(made.reads).toBe(2)
})

test('the oldest go where there is no room', async () => {
  const { made, get } = counting({ maxAge: 10_000, maxBytes: 250 })
  for (const n of [1, 2, 3]) await get(cidOf(n))
  await get(cidOf(3))
  await get(cidOf(2))
  expect(made.reads).toBe(3)
  await get(cidOf(1))
  expect(made.reads).toBe(4)
})

test('what is read twice at the same time counts once', async () => {
  const { made, get } = counting({ maxAge: 10_000, maxBytes: 250 })
  await Promise.all([get(cidOf(1)), get(cidOf(1)), get(cidOf(1))])
  await get(cidOf(2))
  expect(made.reads).toBe(4)
  await get(cidOf(1))
  expect(made.reads).toBe(4)
})

test('what cannot be read is not remembered', async () => {
  let fails = true
  const read = () => (fails ? Promise.reject(new Error('gone')) : Promise.resolve(1))
  const get = recently({ read, nameOf: ({ bytes }) => bytes, bytesOf: () => 1 }, { maxAge: 10_000, maxBytes: 250 })
  await expect(get(cidOf(1))).rejects.toThrow('gone')
  fails = false
  expect(await get(cidOf(1))).toBe(1)
})
