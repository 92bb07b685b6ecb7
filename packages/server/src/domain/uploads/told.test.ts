import { expect, test } from 'vitest'
import type { IncomingFile } from './receive.ts'
import { mediaTypeOf, toldFiles } from './told.ts'

async function* files(count: number, path: (i: number) => string): AsyncIterable<IncomingFile> {
  for (let i = 0; i < count; i++) yield { path: path(i), mediaType: 'text/plain', bytes: (async function* () {})() }
}

test('the first hundred are noted, all pass', async () => {
  const told = toldFiles()
  expect(await Array.fromAsync(told.through(files(300, (i) => `${i}.txt`)))).toHaveLength(300)
  expect(told.files).toHaveLength(100)
  expect(told.files[99]).toEqual({ name: '99.txt', mediaType: 'text/plain' })
})

test('what a database does not take is not kept', async () => {
  const told = toldFiles()
  await Array.fromAsync(told.through(files(1, () => `a\0\ud800${'b'.repeat(9999)}`)))
  expect(told.files[0]!.name).toMatch(/^a\ufffdb{252,253}$/)
  expect([mediaTypeOf(undefined), mediaTypeOf(''), mediaTypeOf('image/png')]).toEqual([undefined, undefined, 'image/png'])
})
