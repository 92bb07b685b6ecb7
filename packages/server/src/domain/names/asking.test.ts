import { expect, test } from 'vitest'
import { asking, type Answer } from './asking.ts'

const never = new AbortController().signal

function subject({ keep = 100, maxKept = 10, maxOpen = 2, maxPerClient = 2, timeout = 10_000 } = {}) {
  let now = 1_000
  const asked: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = []
  const ask = asking<string>({
    ask: (key) => new Promise<Answer<string>>((resolve, reject) => asked.push({ key, answer: (value) => resolve({ value, keep }), fail: reject })),
    maxKept, maxOpen, maxPerClient, timeout,
    clock: { now: () => now },
  })
  return { ask, asked, pass: (ms: number) => (now += ms) }
}

test('one question for all who wait, and none while its answer is good', async () => {
  const { ask, asked, pass } = subject()
  const both = [ask('a', never), ask('a', never)]
  asked[0]!.answer('one')
  expect(await Promise.all(both)).toEqual([{ value: 'one', age: 0 }, { value: 'one', age: 0 }])
  pass(99)
  expect(await ask('a', never)).toEqual({ value: 'one', age: 99 })
  pass(1)
  const again = ask('a', never)
  asked[1]!.answer('two')
  expect(await again).toEqual({ value: 'two', age: 0 })
})

test('who leaves ends nothing for the others', async () => {
  const { ask, asked } = subject()
  const gone = new AbortController()
  const [first, second] = [ask('a', gone.signal), ask('a', never)]
  gone.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  asked[0]!.answer('one')
  expect((await second).value).toBe('one')
  await expect(ask('b', gone.signal)).rejects.toThrow('gone')
})

test('a failure is told to all who wait, and not kept', async () => {
  const { ask, asked } = subject()
  const both = [ask('a', never), ask('a', never)]
  asked[0]!.fail(new Error('no'))
  for (const one of both) await expect(one).rejects.toThrow('no')
  const again = ask('a', never)
  asked[1]!.answer('yes')
  expect((await again).value).toBe('yes')
})

test('so many questions at once, so many answers kept', async () => {
  const { ask, asked } = subject({ maxKept: 2 })
  const open = [ask('a', never), ask('b', never)]
  await expect(ask('c', never)).rejects.toThrow('too many')
  for (const one of asked) one.answer(one.key)
  await Promise.all(open)
  const third = ask('c', never)
  asked[2]!.answer('c')
  await third
  await ask('b', never)
  expect(asked).toHaveLength(3)
  ask('a', never).catch(() => {})
  expect(asked).toHaveLength(4)
})

test('one that takes too long is given up, and its place is free', async () => {
  const { ask, asked } = subject({ maxOpen: 1, timeout: 20 })
  await expect(ask('a', never)).rejects.toMatchObject({ name: 'TimeoutError' })
  const next = ask('b', never)
  asked[1]!.answer('b')
  expect((await next).value).toBe('b')
})

test('one client leaves places for others, gone or not, until what it began has ended', async () => {
  const { ask, asked } = subject({ maxOpen: 3, maxPerClient: 1 })
  const gone = new AbortController()
  const left = ask('a', gone.signal, { client: 'x' })
  gone.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  await expect(ask('b', never, { client: 'x' })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  const others = [ask('b', never, { client: 'y' }), ask('c', never)]
  // Somebody else's question may be waited for by anybody.
  others.push(ask('b', never, { client: 'x' }))
  for (const one of asked) one.answer(one.key)
  await Promise.all(others)
  const next = ask('d', never, { client: 'x' })
  asked[3]!.answer('d')
  expect((await next).value).toBe('d')
})

test('where nobody is to be asked, what is remembered is told and nothing else', async () => {
  const { ask, asked } = subject()
  await expect(ask('a', never, { onlyKnown: true })).rejects.toThrow('not known here')
  const first = ask('a', never)
  asked[0]!.answer('one')
  await first
  expect((await ask('a', never, { onlyKnown: true })).value).toBe('one')
  expect(asked).toHaveLength(1)
})
