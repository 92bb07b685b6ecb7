import { expect, it } from 'vitest'
import { createKnocks } from './knocks.ts'
import { limits } from './limits.ts'

it('a place where nobody answered is left alone, longer each time, until it answers', () => {
  let now = 0
  const knocks = createKnocks({ now: () => now })
  expect(knocks.whyNot('10.0.0.1', 4001)).toBeUndefined()
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
    knocks.inVain('10.0.0.1', 4001, 'connection refused')
    expect(knocks.whyNot('10.0.0.1', 4001)).toBe('connection refused at a try shortly before')
    expect(knocks.whyNot('10.0.0.1', 4002)).toBeUndefined()
    const since = now
    while (knocks.whyNot('10.0.0.1', 4001) !== undefined) now += 50
    return now - since
  })
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000])
  // Whoever dials alone, with its own pauses, is never kept from it.
  expect(waits.every((wait, i) => wait < limits.redialFirst * 2 ** i)).toBe(true)
  knocks.answered('10.0.0.1', 4001)
  knocks.inVain('10.0.0.1', 4001, 'no answer in time')
  now += limits.knockFirst
  expect(knocks.whyNot('10.0.0.1', 4001)).toBeUndefined()
})

it('the ports of a public host are not tried through, those of a private one may be', () => {
  let now = 0
  const knocks = createKnocks({ now: () => now })
  const tried = (ip: string) => {
    let count = 0
    for (let port = 1024; port < 3000; port++) {
      if (knocks.whyNot(ip, port) !== undefined) continue
      count++
      knocks.inVain(ip, port, 'connection refused')
    }
    return count
  }
  expect(tried('1.1.1.1')).toBe(limits.vainPorts)
  expect(knocks.whyNot('1.1.1.1', 4001)).toBe('too many ports of this host were tried in vain')
  expect(tried('127.0.0.1')).toBe(1976)
  now += limits.vainPortsFor + 1
  expect(knocks.whyNot('1.1.1.1', 4001)).toBeUndefined()
})

it('remembers a bounded number of places', () => {
  const knocks = createKnocks({ now: () => 0, max: 3 })
  for (let port = 1; port <= 4; port++) knocks.inVain('10.0.0.1', port, 'connection refused')
  expect([1, 2, 3, 4].map((port) => knocks.whyNot('10.0.0.1', port) !== undefined)).toEqual([false, true, true, true])
})
