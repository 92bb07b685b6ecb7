import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Marks } from './marks.ts'

const hashOf = (i: number) => new Uint8Array([0x12, 0x20, ...createHash('sha256').update(String(i)).digest()])

test('what was added is there; of a hundred thousand others next to nothing is', () => {
  const marks = new Marks()
  for (let i = 0; i < 20_000; i++) {
    marks.add(hashOf(i))
    if (i % 100 === 0) marks.add(hashOf(i))
  }
  for (let i = 0; i < 20_000; i++) if (!marks.has(hashOf(i))) throw new Error(`${i} is lost`)
  let strangers = 0
  for (let i = 20_000; i < 120_000; i++) if (marks.has(hashOf(i))) strangers++
  expect(strangers).toBeLessThan(2)
})

test('never lacks one, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 200 }), (hashes) => {
      const marks = new Marks()
      for (const hash of hashes) marks.add(hash)
      return hashes.every((hash) => marks.has(hash))
    }),
  )
})
