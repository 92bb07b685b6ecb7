import { expect, it } from 'vitest'
import { byteRoom } from './byte-room.ts'

it('lets in who came first, and one alone whatever it takes', async () => {
  const room = byteRoom(100)
  const order: string[] = []
  const take = (name: string, bytes: number) => room.take(bytes).then(() => order.push(name))
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  void take('huge', 500)
  void take('small', 10)
  void take('large', 95)
  void take('tiny', 1)
  await turn()
  expect(order).toEqual(['huge'])
  expect(room.isShort).toBe(true)
  room.give(500)
  await turn()
  expect(order).toEqual(['huge', 'small']) // the tiny one waits behind the large one
  room.give(10)
  await turn()
  expect(order).toEqual(['huge', 'small', 'large', 'tiny'])
  expect(room.isShort).toBe(false)
  room.give(-50) // it was more than expected
  void take('next', 10)
  await turn()
  expect(room.isShort).toBe(true)
  room.give(95)
  await turn()
  expect(order.at(-1)).toBe('next')
})
