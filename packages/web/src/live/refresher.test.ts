import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRefresher } from './refresher.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const event = (kind: string) => ({ type: 'event', event: { id: 1, at: '', kind, words: '', actor: { kind: 'system' }, data: {} } }) as const

function open() {
  const client = new QueryClient()
  for (const key of ['uploads', 'pins', 'keys', 'jobs']) client.setQueryData([key], 1)
  const page = { hidden: false }
  const old = () => client.getQueryCache().getAll().filter(({ state }) => state.isInvalidated).map(({ queryKey }) => queryKey[0])
  return { refresher: createRefresher(client, page), page, old }
}

it('makes old what events concern, many of them at once', async () => {
  const { refresher, old } = open()
  refresher.take(event('pin.added'))
  refresher.take(event('key.created'))
  expect(old()).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(old()).toEqual(['pins', 'keys'])
})

it('waits until the page is seen', async () => {
  const { refresher, page, old } = open()
  page.hidden = true
  refresher.take(event('upload.received'))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(old()).toEqual([])
  page.hidden = false
  refresher.seen()
  await vi.advanceTimersByTimeAsync(1)
  expect(old()).toEqual(['uploads'])
})

it('makes all old where something was missed', async () => {
  const { refresher, old } = open()
  refresher.take({ type: 'lost' })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(old()).toEqual(['uploads', 'pins', 'keys', 'jobs'])
})
