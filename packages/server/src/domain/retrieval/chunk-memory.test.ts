import { expect, test } from 'vitest'
import { chunkMemory } from './chunk-memory.ts'

const blocksOf = (buffer: ArrayBuffer, ...lengths: number[]) => {
  let at = 0
  return lengths.map((length) => new Uint8Array(buffer, (at += length) - length, length))
}

test('memory is freed when the last of its chunks is given back', () => {
  const memory = chunkMemory()
  const [a, b] = blocksOf(new ArrayBuffer(30), 10, 20) as [Uint8Array, Uint8Array]
  memory.hold([a, b])
  const chunks = [memory.lend(a.subarray(2)), memory.lend(b)]
  memory.giveBack(chunks[0]!)
  expect(b).toHaveLength(20)
  memory.giveBack(chunks[1]!)
  expect([a.length, b.length]).toEqual([0, 0])
})

test('a chunk counts once, however often it is given back', () => {
  const memory = chunkMemory()
  const [a, b] = blocksOf(new ArrayBuffer(30), 10, 20) as [Uint8Array, Uint8Array]
  memory.hold([a, b])
  memory.lend(a)
  memory.giveBack(a)
  memory.giveBack(a)
  expect(b).toHaveLength(20)
})

test('what was not lent, or is of others, stays', () => {
  const memory = chunkMemory()
  const [mine, others] = [new Uint8Array(10), new Uint8Array(10)]
  memory.hold([mine])
  memory.giveBack(mine)
  memory.giveBack(memory.lend(others))
  expect([mine.length, others.length]).toEqual([10, 10])
})
