import { expect, it, vi } from 'vitest'
import type { Receipt, UploadRequest } from '../api/uploads.ts'
import { planUploads } from './plan.ts'
import { createUploadQueue } from './upload-queue.ts'

const pick = (path: string) => ({ path, file: new File(['abcdef'], path) })
const plansOf = (...paths: string[]) => planUploads(paths.map(pick), { apart: true })
const receipt: Receipt = { id: 'u1', roots: [{ cid: 'bafkqaaa' }] }

/** A queue whose wire is held in the test's hand. */
function open(max?: number) {
  const calls: { request: UploadRequest; answer: PromiseWithResolvers<Receipt> }[] = []
  const onSettled = vi.fn()
  const queue = createUploadQueue({
    send(request) {
      const answer = Promise.withResolvers<Receipt>()
      request.signal.addEventListener('abort', () => answer.reject(request.signal.reason))
      calls.push({ request, answer })
      return answer.promise
    },
    limit: () => max,
    tooLarge: (bytes, limit) => new Error(`${bytes} of ${limit}`),
    onSettled,
  })
  return { queue, calls, onSettled, states: () => queue.snapshot().map(({ state }) => state) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('sends two at a time, and the next when one is done', async () => {
  const { queue, calls, onSettled, states } = open()
  queue.add(plansOf('a', 'b', 'c'), { pin: true })
  expect(states()).toEqual(['sending', 'sending', 'waiting'])
  calls[0]?.request.onProgress(3, 6)
  expect(queue.snapshot()[0]).toMatchObject({ sent: 3, total: 6, state: 'sending' })
  calls[0]?.request.onProgress(6, 6)
  expect(states()[0]).toBe('storing')
  calls[0]?.answer.resolve(receipt)
  await settled()
  expect(states()).toEqual(['stored', 'sending', 'sending'])
  expect(queue.snapshot()[0]?.roots).toEqual(receipt.roots)
  expect(onSettled).toHaveBeenCalledOnce()
})

it('aborts what is removed and goes on with the rest', async () => {
  const { queue, calls } = open()
  queue.add(plansOf('a', 'b', 'c'), { pin: true })
  queue.remove(queue.snapshot()[0]!.id)
  await settled()
  expect(calls[0]?.request.signal.aborted).toBe(true)
  expect(queue.snapshot().map(({ plan, state }) => [plan.name, state])).toEqual([['b', 'sending'], ['c', 'sending']])
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
  expect(calls[0]?.request.type).toBe('application/vnd.ipld.car')
})

it('refuses what is over the limit without sending a byte', async () => {
  const { queue, calls } = open(5)
  queue.add(plansOf('a'), { pin: true })
  await settled()
  expect(calls).toEqual([])
  expect(queue.snapshot()[0]).toMatchObject({ state: 'failed', error: new Error('6 of 5') })
})
