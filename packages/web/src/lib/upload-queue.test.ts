import { expect, it, vi } from 'vitest'
import type { Receipt, SendRequest } from '../sending/send.ts'
import { planUploads } from './plan.ts'
import { createUploadQueue } from './upload-queue.ts'

const pick = (path: string) => ({ path, file: new File(['abcdef'], path) })
const plansOf = (...paths: string[]) => planUploads(paths.map(pick), { apart: true })
const receipt: Receipt = { id: 'u1', roots: [{ cid: 'bafkqaaa' }] }

/** A queue whose wire is held in the test's hand. */
function open() {
  const calls: { request: SendRequest; answer: PromiseWithResolvers<Receipt> }[] = []
  const onSettled = vi.fn()
  const queue = createUploadQueue({
    send(request) {
      const answer = Promise.withResolvers<Receipt>()
      request.signal.addEventListener('abort', () => answer.reject(request.signal.reason))
      calls.push({ request, answer })
      return answer.promise
    },
    maxPart: () => 100,
    onSettled,
  })
  return { queue, calls, onSettled, states: () => queue.snapshot().map(({ state }) => state) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('sends two at a time, and the next when one is done', async () => {
  const { queue, calls, onSettled, states } = open()
  queue.add(plansOf('a', 'b', 'c'), { pin: true })
  expect(states()).toEqual(['reading', 'reading', 'waiting'])
  calls[0]?.request.onProgress({ phase: 'reading', done: 3, total: 6 })
  expect(queue.snapshot()[0]).toMatchObject({ done: 3, total: 6, state: 'reading' })
  calls[0]?.request.onCid('bafkqaaa')
  calls[0]?.request.onProgress({ phase: 'sending', done: 3, total: 7 })
  expect(queue.snapshot()[0]).toMatchObject({ done: 3, total: 7, state: 'sending', cid: 'bafkqaaa' })
  calls[0]?.request.onProgress({ phase: 'sending', done: 7, total: 7 })
  expect(states()[0]).toBe('storing')
  calls[0]?.answer.resolve(receipt)
  await settled()
  expect(states()).toEqual(['stored', 'reading', 'reading'])
  expect(queue.snapshot()[0]?.roots).toEqual(receipt.roots)
  expect(onSettled).toHaveBeenCalledOnce()
})

it('aborts what is removed and goes on with the rest', async () => {
  const { queue, calls } = open()
  queue.add(plansOf('a', 'b', 'c'), { pin: true })
  queue.remove(queue.snapshot()[0]!.id)
  await settled()
  expect(calls[0]?.request.signal.aborted).toBe(true)
  expect(queue.snapshot().map(({ plan, state }) => [plan.name, state])).toEqual([['b', 'reading'], ['c', 'reading']])
})

it('keeps what failed, and sends it again when asked', async () => {
  const { queue, calls, states } = open()
  queue.add(plansOf('a'), { pin: false, name: 'other' })
  expect(calls[0]?.request).toMatchObject({ name: 'other', pin: false })
  calls[0]?.answer.reject(new Error('no'))
  await settled()
  expect(queue.snapshot()[0]).toMatchObject({ state: 'failed', error: new Error('no') })
  queue.retry(queue.snapshot()[0]!.id)
  calls[1]?.answer.resolve(receipt)
  await settled()
  expect(states()).toEqual(['stored'])
  queue.removeStored()
  expect(states()).toEqual([])
})

it('asks before it unpacks a CAR', () => {
  const { queue, calls, states } = open()
  queue.add(plansOf('x.car'), { pin: true })
  expect(states()).toEqual(['choosing'])
  expect(calls).toEqual([])
  queue.choose(queue.snapshot()[0]!.id, true)
  expect(calls[0]?.request.as).toBe('car')
})
