import { setImmediate as nextTurn } from 'node:timers/promises'
import { codecs, digest } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { Level, type LevelParts } from './car-level.ts'

const room = 16 << 20
const bytesOf = (i: number) => Buffer.alloc(1000, `block ${i} `)
const block = (i: number) => CID.createV1(codecs.raw, create(0x12, digest(0x12, bytesOf(i))))

/** A level over blocks by number, which lie `together` or not. */
function levelOf(numbers: readonly number[], together: boolean) {
  const blocks = new Map(numbers.map((i) => [block(i).toString(), bytesOf(i)]))
  const seen = { asked: 0, dropped: 0 }
  const sent = new Set<string>()
  const parts: LevelParts = {
    isDue: (cid) => (seen.asked++, !sent.has(cid.toString())),
    room: { bytes: room },
    pace: { window: 1 << 20 },
    drop: () => void seen.dropped++,
    async getRun(cids) {
      await nextTurn()
      return cids.slice(0, together ? cids.length : 1).map((cid) => blocks.get(cid.toString())!)
    },
  }
  const level = new Level(numbers.map((i) => ({ cid: block(i), start: 0 })), parts)
  async function visit() {
    const found = await level.next()
    if (found) sent.add(found.cid.toString())
    return found
  }
  return { level, parts, seen, sent, visit }
}

const count = (length: number) => Array.from({ length }, (_, i) => i)

test.each([['together', true], ['apart', false]])('blocks come in order, each as it is, and all room is given back: they lie %s', async (_, together) => {
  const { parts, visit } = levelOf(count(300), together)
  for (const i of count(300)) expect(Buffer.from((await visit())!.bytes).equals(bytesOf(i))).toBe(true)
  expect(await visit()).toBeUndefined()
  expect(parts.room.bytes).toBe(room)
})

test.each([['together', true], ['apart', false]])('what was read ahead and is not wanted any more is dropped, and its room given back: they lie %s', async (_, together) => {
  const { parts, seen, sent, visit } = levelOf(count(300), together)
  for (let i = 0; i < 40; i++) await visit()
  for (const i of count(300)) sent.add(block(i).toString())
  expect(await visit()).toBeUndefined()
  await expect.poll(() => parts.room.bytes).toBe(room)
  expect(seen.dropped).toBeGreaterThan(0)
})

test('links to what was visited already are looked at a few times each, not once for every block', async () => {
  const numbers = [...count(20), ...Array.from({ length: 5000 }, () => 3)]
  const { seen, visit } = levelOf(numbers, false)
  for (let found = await visit(); found !== undefined; ) found = await visit()
  expect(seen.asked).toBeLessThan(3 * numbers.length)
})
