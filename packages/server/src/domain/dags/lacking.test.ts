import { afterEach, expect, test, vi } from 'vitest'
import { leaf } from '../testing/blocks.ts'
import { openHouse } from './testing/house.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('while a long question is read, others have their turns', async () => {
  await using house = await openHouse()
  const asked = Array.from({ length: 100 }, (_, i) => leaf(`asked ${i}`).cid.toString())
  const { lacking } = house.parts.dags
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1))
  let [turns, isOver] = [0, false]
  const others = () => {
    turns++
    if (!isOver) setImmediate(others)
  }
  setImmediate(others)
  expect(await lacking(house.who, asked)).toEqual(asked)
  isOver = true
  expect(turns).toBeGreaterThan(20)
})
