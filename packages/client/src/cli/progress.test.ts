import { expect, test } from 'vitest'
import { progressBar, type Progress } from './progress.ts'

/** What is written while the clock goes as told. */
function written(isTTY: boolean, steps: readonly (readonly [at: number, progress: Progress])[]): string {
  let now = 0
  let text = ''
  const stream = { isTTY, columns: 80, write: (chunk: string | Uint8Array) => ((text += String(chunk)), true) }
  const bar = progressBar(stream, () => now)
  for (const [at, progress] of steps) {
    now = at
    bar.show(progress)
  }
  bar.clear()
  return text
}

const sending = (done: number, total: number | undefined = 4 << 20): Progress => ({ of: 'sending', done, total, unit: 'bytes' })

test('on a terminal one line is written over, and taken away at the end', () => {
  const text = written(true, [[0, sending(0)], [50, sending(1 << 20)], [2000, sending(2 << 20)]])
  expect(text).toBe('\r\u001b[K[........................] sending: 0 B of 4 MiB, 0 %, 0 B/s\r\u001b[K[############............] sending: 2 MiB of 4 MiB, 50 %, 1 MiB/s, 0:02 left\r\u001b[K')
})

test('in a pipe there are plain lines, now and then, and none for what is soon done', () => {
  expect(written(false, [[0, sending(0)], [1000, sending(1 << 20)]])).toBe('')
  expect(written(false, [[0, sending(0)], [6000, sending(3 << 20)], [7000, sending(4 << 20)]])).toBe('sending: 3 MiB of 4 MiB, 75 %, 512 KiB/s, 0:02 left\n')
})

test('without an end it says how much and how fast; things are counted', () => {
  expect(written(false, [[0, { of: 'hashing', done: 0, unit: 'bytes' }], [8000, { of: 'hashing', done: 8192, unit: 'bytes' }]])).toBe('hashing: 8 KiB, 1 KiB/s\n')
  expect(written(false, [[0, { of: 'importing', done: 0, total: 20_000 }], [10_000, { of: 'importing', done: 10_000, total: 20_000 }]])).toBe('importing: 10,000 of 20,000, 50 %, 1,000/s, 0:10 left\n')
})

test('a line is never wider than the terminal', () => {
  expect(written(true, [[0, { ...sending(0), of: 'x'.repeat(200) }]]).split('\u001b[K')[1]!.length).toBeLessThan(81)
})
