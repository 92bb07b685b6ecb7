import type { MessageStream } from '@libp2p/interface'
import { setImmediate as turn } from 'node:timers/promises'
import type { Uint8ArrayList } from 'uint8arraylist'
import { expect, test } from 'vitest'
import { gatherSends } from './gather-sends.ts'

/** A connection that only notes what it is given: the lengths of the pieces of each call. */
function noting() {
  const calls: number[][] = []
  const heard: Uint8Array[] = []
  const connection = {
    status: 'open',
    writableNeedsDrain: false,
    send(data: Uint8Array | Uint8ArrayList) {
      const pieces = [...(data instanceof Uint8Array ? [data] : data)]
      calls.push(pieces.map(({ length }) => length))
      heard.push(...pieces)
      return true
    },
    close: async () => void (connection.status = 'closed'),
  }
  const near = connection as unknown as MessageStream
  gatherSends(near)
  return { near, connection, calls, heard: () => Buffer.concat(heard) }
}

test('what one turn sends leaves as one piece', async () => {
  const { near, calls, heard } = noting()
  for (const word of ['one', ' two', ' three']) near.send(Buffer.from(word))
  expect(calls).toEqual([])
  await turn()
  near.send(Buffer.from(' four'))
  await turn()
  expect(heard().toString()).toBe('one two three four')
  expect(calls).toEqual([[13], [5]])
})

test('much leaves at once; large pieces are not copied, and the order is kept', async () => {
  const { near, calls, heard } = noting()
  const pieces = [5, 7, 50_000, 12, 100_000, 3].map((length, i) => Buffer.alloc(length, i + 1))
  for (const piece of pieces) near.send(piece)
  expect(calls).toEqual([[12, 50_000, 12, 100_000]])
  await turn()
  expect(calls[1]).toEqual([3])
  expect(heard().equals(Buffer.concat(pieces))).toBe(true)
})

test('what was gathered leaves before the end', async () => {
  const { near, heard } = noting()
  near.send(Buffer.from('the last words'))
  await near.close()
  expect(heard().toString()).toBe('the last words')
})

test('a connection that is full says so, and one that is gone is given nothing more', async () => {
  const { near, connection, heard } = noting()
  expect(near.send(Buffer.from('one'))).toBe(true)
  connection.writableNeedsDrain = true
  expect(near.send(Buffer.from(' two'))).toBe(false)
  await turn()
  near.send(Buffer.from(' three'))
  connection.status = 'aborted'
  await turn()
  expect(heard().toString()).toBe('one two')
})
