import { expect, test } from 'vitest'
import { NoRoom, walkMemory } from './walk-memory.ts'

const MiB = 1 << 20

test('walks share a budget; the first one goes on, small ones always do', () => {
  const memory = walkMemory(100 * MiB)
  const [first, second, small] = [memory.open(), memory.open(), memory.open()]
  first.hold(60 * MiB)
  second.hold(30 * MiB)
  expect(() => second.hold(50 * MiB)).toThrow(NoRoom)
  first.hold(500 * MiB)
  small.hold(MiB)
  expect(() => second.hold(2 * MiB)).toThrow(NoRoom)
  first[Symbol.dispose]()
  second.hold(90 * MiB)
})
