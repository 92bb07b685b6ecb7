import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openJournal } from './journal.ts'

const route = { from: 'there', to: 'here' }

test('what was noted is known to the next run, also where a line was cut off', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'deep/state')
  {
    await using journal = await openJournal(file, route)
    await journal.note('a', { request: '1' })
    await journal.note('a', { done: true })
    await journal.note('b', { request: '2' })
    expect(journal.get('a')).toEqual({ request: '1', done: true })
  }
  await appendFile(file, '{"id":"c","req')
  {
    await using journal = await openJournal(file, route)
    expect(['a', 'b', 'c'].map((id) => journal.get(id))).toEqual([{ request: '1', done: true }, { request: '2' }, {}])
    await journal.note('c', { done: true })
  }
  await using journal = await openJournal(file, route)
  expect(journal.get('c')).toEqual({ done: true })
  expect((await readFile(file, 'utf8')).split('\n')[0]).toBe(JSON.stringify(route))
})

test('another import has another file', async () => {
  await using folder = await temporaryFolder({ state: JSON.stringify({ from: 'elsewhere', to: 'here' }) })
  await expect(openJournal(join(folder.path, 'state'), route)).rejects.toThrow('is not the state of this import')
})
