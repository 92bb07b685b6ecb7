import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRows } from './csv-rows.ts'

const rows = async (...chunks: string[]) => (await Array.fromAsync(csvRows((async function* () { yield* chunks })()))).map(({ fields }) => fields)

test('what is written comes back, wherever the stream is cut', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'ü', ',', '"', '\n', '\r\n', ' ', '😀') })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 5 }), fc.nat(30), async (table, cut) => {
      const text = table.map((fields) => fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\r\n')
      expect(await rows(text.slice(0, cut), text.slice(cut))).toEqual(table)
    }),
  )
})

test('bare fields, empty lines, a mark at the beginning, lines counted', async () => {
  expect(await rows('\uFEFFcid,name\r\n\r\na,b\nc\n')).toEqual([['cid', 'name'], ['a', 'b'], ['c']])
  const found = await Array.fromAsync(csvRows((async function* () { yield 'a,"x\ny"\nb,z\n' })()))
  expect(found.map(({ line }) => line)).toEqual([1, 3])
})

test('a quote without end, and a row without end, are refused', async () => {
  await expect(rows('a,"b')).rejects.toThrow('the row at line 1 has a quote that does not end')
  await expect(rows('a\n', `"${'x'.repeat(70_000)}`)).rejects.toThrow('the row at line 2 is longer than 65536 characters')
})
