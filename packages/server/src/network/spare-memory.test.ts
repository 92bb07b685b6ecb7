import { expect, test } from 'vitest'
import { spareMemory } from './spare-memory.ts'

const large = 1 << 20

test('memory is used again when its last holder has released it, by whatever view', () => {
  const spare = spareMemory()
  const first = spare.take(large - 10)
  spare.hold(first.subarray(5))
  spare.release(first)
  expect(spare.take(large).buffer).not.toBe(first.buffer)
  spare.release(new Uint8Array(first.buffer, 7, 3))
  const again = spare.take(large)
  expect(again.buffer).toBe(first.buffer)
  expect(again.length).toBe(large)
})

test('other memory, and what has been released before, is passed over', () => {
  const spare = spareMemory()
  spare.hold(Buffer.alloc(large))
  spare.release(Buffer.alloc(large))
  const view = spare.take(large)
  spare.release(view)
  spare.release(view)
  expect(spare.take(large).buffer).toBe(view.buffer)
  expect(spare.take(large).buffer).not.toBe(view.buffer)
})

test('only so much lies idle: the oldest goes', () => {
  const spare = spareMemory(2 * large)
  const views = [large, large, 2 * large, large].map((bytes) => spare.take(bytes))
  for (const view of views) spare.release(view)
  const later = [large, large, 2 * large].map((bytes) => spare.take(bytes).buffer)
  expect(views.map(({ buffer }) => later.includes(buffer))).toEqual([false, false, false, true])
})
