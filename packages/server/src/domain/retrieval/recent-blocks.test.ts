import { setTimeout as sleep } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { recentBlocks } from './recent-blocks.ts'

const cidOf = (n: number, codec = 0x70) => CID.createV1(codec, create(0x12, new Uint8Array(32).fill(n)))

function counting(size = 100) {
  const made = { reads: 0 }
  return { made, source: { get: async () => (made.reads++, new Uint8Array(size)) } }
}

test('a block is read once in a while, whatever its codec', async () => {
  const { made, source } = counting()
  const recent = recentBlocks(source, { maxAge: 40, maxBytes: 1000 })
  const bytes = await recent.get(cidOf(1))
  expect(await recent.get(cidOf(1, 0x55))).toBe(bytes)
  expect(made.reads).toBe(1)
  await sleep(50)
  expect(await recent.get(cidOf(1))).not.toBe(bytes)
  expect(made.reads).toBe(2)
})

test('the oldest go where there is no room', async () => {
  const { made, source } = counting()
  const recent = recentBlocks(source, { maxAge: 10_000, maxBytes: 250 })
  for (const n of [1, 2, 3]) await recent.get(cidOf(n))
  await recent.get(cidOf(3))
  await recent.get(cidOf(2))
  expect(made.reads).toBe(3)
  await recent.get(cidOf(1))
  expect(made.reads).toBe(4)
})

test('what cannot be read is not remembered', async () => {
  let fails = true
  const recent = recentBlocks({ get: async () => (fails ? Promise.reject(new Error('gone')) : new Uint8Array(1)) }, { maxAge: 10_000, maxBytes: 250 })
  await expect(recent.get(cidOf(1))).rejects.toThrow('gone')
  fails = false
  expect(await recent.get(cidOf(1))).toHaveLength(1)
})
