import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leaf } from '../testing/blocks.ts'
import { LinkStack } from './link-stack.ts'

const cids = Array.from({ length: 50 }, (_, i) => leaf(`${i}`).cid)

test('gives back what was put last, like an array', () => {
  const step = fc.oneof(fc.record({ pop: fc.constant(true) }), fc.record({ cid: fc.constantFrom(...cids), depth: fc.nat(2 ** 32 - 1) }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const stack = new LinkStack()
      const model: { cid: (typeof cids)[number]; depth: number }[] = []
      for (const it of steps) {
        if ('pop' in it) {
          const [popped, expected] = [stack.pop(), model.pop()]
          expect([popped?.cid.toString(), popped?.depth]).toEqual([expected?.cid.toString(), expected?.depth])
        } else {
          stack.push(it)
          model.push(it)
        }
        expect(stack.size).toBe(model.length)
      }
    }),
  )
})

test('takes some 50 bytes a link, and gives the room back', () => {
  const stack = new LinkStack()
  for (let i = 0; i < 100_000; i++) stack.push({ cid: cids[i % 50]!, depth: i })
  expect(stack.memory).toBeLessThan(5_000_000)
  for (let i = 99_999; i >= 0; i--) expect(stack.pop()!.depth).toBe(i)
  expect([stack.pop(), stack.memory]).toEqual([undefined, 0])
})
