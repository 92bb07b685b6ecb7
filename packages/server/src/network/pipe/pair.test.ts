import { once } from 'node:events'
import { expect, it } from 'vitest'
import { pipePair } from './pair.ts'

it('carries bytes both ways, and tells its end', async () => {
  const read: Buffer[] = []
  const { ours, theirs } = await pipePair({
    buffer: () => Buffer.alloc(100),
    callback: (count, bytes) => read.push(Buffer.from(bytes.subarray(0, count))) > 0,
  })
  ours.write('to them')
  theirs.resume()
  expect(String((await once(theirs, 'data'))[0])).toBe('to them')
  theirs.end(Buffer.alloc(1000, 'x'))
  await once(ours, 'end')
  expect(Buffer.concat(read)).toEqual(Buffer.alloc(1000, 'x'))
  ours.destroy()
})

it('pairs the right ends when many are opened at once', async () => {
  const nothing = { buffer: Buffer.alloc(1), callback: () => true }
  const pairs = await Promise.all(Array.from({ length: 20 }, () => pipePair(nothing)))
  expect(pairs.map(({ theirs }) => theirs.remotePort)).toEqual(pairs.map(({ ours }) => ours.localPort))
  for (const { ours, theirs } of pairs) {
    ours.destroy()
    theirs.destroy()
  }
})
