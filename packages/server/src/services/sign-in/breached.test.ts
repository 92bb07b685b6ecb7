import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { breachedPasswords } from './breached.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-breached-'))
})
afterAll(() => rm(folder, { recursive: true }))

const line = (word: string) => createHash('sha1').update(word).digest('hex').toUpperCase()

it('finds what is in the file, and nothing else, with whatever counts and ends of lines', async () => {
  let nth = 0
  const files = fc.record({
    words: fc.uniqueArray(fc.string(), { maxLength: 40 }),
    others: fc.array(fc.string(), { maxLength: 10 }),
    count: fc.constantFrom('', ':1', ':123456789'),
    end: fc.constantFrom('\n', '\r\n'),
    hasLast: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(files, async ({ words, others, count, end, hasLast }) => {
      const file = join(folder, `${nth++}.txt`)
      const lines = words.map((word) => line(word) + count).toSorted()
      await writeFile(file, lines.join(end) + (hasLast && lines.length > 0 ? end : ''))
      const list = breachedPasswords(file)
      for (const word of words) expect(await list.has(word)).toBe(true)
      for (const word of others) expect(await list.has(word)).toBe(words.includes(word))
    }),
    { numRuns: 60 },
  )
})

it('says so where the file is not there', async () => {
  await expect(breachedPasswords(join(folder, 'none')).has('any')).rejects.toThrow(/ENOENT/)
})
