import { expect, test } from 'vitest'
import { meter, type MeterOptions } from './meter.ts'

async function* trickle() {
  for (let n = 0; n < 100; n++) {
    yield new Uint8Array(10)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function read(options: Partial<MeterOptions>): Promise<number> {
  const watch = meter({ maxBytes: 1e9, free: async () => 1, signal: new AbortController().signal, ...options })
  for await (const _ of watch.through(trickle()));
  return watch.bytes()
}

test('what streams through is counted, and stopped at its limits', async () => {
  expect(await read({})).toBe(1_000)
  await expect(read({ maxBytes: 999 })).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringContaining('999') })
  await expect(read({ maxMs: 20 })).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringContaining('may take') })
  await expect(read({ signal: AbortSignal.abort() })).rejects.toThrow('aborted')
})
