import { mkdirSync, readFileSync, writeFileSync, statSync, existsSync, renameSync, linkSync, unlinkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { compactJournal, cutPower } from './cut.ts'
import { unsynced, type Entry } from './journal.ts'

let path: string
let blocks: string
let journal: string
let calls = 0

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'thole-power-'))
  blocks = join(path, 'blocks')
  journal = join(path, 'journal')
  mkdirSync(blocks)
  mkdirSync(`${journal}.graves`)
  writeFileSync(journal, '')
})
afterEach(() => rmSync(path, { recursive: true }))

const tell = (...entries: Entry[]) => writeFileSync(journal, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { flag: 'a' })
const done = (entry: Entry & { id: string }): Entry[] => [entry, { is: 'done', id: entry.id }]
const id = () => String(++calls)

/** As the shim tells it. */
function append(name: string, text: string) {
  const file = join(blocks, name)
  const { size, ino } = statSync(file)
  writeFileSync(file, text, { flag: 'a' })
  tell(...done({ is: 'write', id: id(), ino, at: size, length: text.length, size, old: '' }))
}
const sync = (name: string) => tell(...done({ is: 'sync', id: id(), ino: statSync(join(blocks, name)).ino }))
const textOf = (name: string) => readFileSync(join(blocks, name), 'utf8')

/** A seed with which everything is lost that may be. */
const all = () => ({ ...random('a'), one: <T>(of: readonly T[]) => of[0]!, chance: () => true })

test('what was synced stays, what came later goes', async () => {
  writeFileSync(join(blocks, 'a'), 'old ')
  append('a', 'kept ')
  sync('a')
  append('a', 'lost')
  await cutPower(blocks, journal, all())
  expect(textOf('a')).toBe('old kept ')
})

test('a write that was under way when the sync began is not kept by it', () => {
  const write: Entry = { is: 'write', id: 'w', ino: 1, at: 0, length: 1, size: 0, old: '' }
  const lines = [write, { is: 'sync', id: 's', ino: 1 }, { is: 'done', id: 'w' }, { is: 'done', id: 's' }].map((entry) => JSON.stringify(entry)).join('\n')
  expect(unsynced(`${lines}\n`)).toEqual([write])
  expect(unsynced(`${lines}\n{"torn`)).toEqual([write])
})

test('what a process left undone when it was killed is kept by a sync of the next one', () => {
  const write: Entry = { is: 'write', id: '1-100-1', ino: 1, at: 0, length: 4, size: 0, old: '' }
  const sync: Entry = { is: 'sync', id: '2-200-1', ino: 1 }
  const late: Entry = { is: 'write', id: '2-200-2', ino: 1, at: 4, length: 1, size: 4, old: '' }
  const lines = [write, sync, { is: 'done', id: sync.id }, late].map((entry) => `${JSON.stringify(entry)}\n`).join('')
  expect(unsynced(lines)).toEqual([late])
})

test('a sync that never ended keeps nothing', async () => {
  writeFileSync(join(blocks, 'a'), '')
  append('a', 'lost')
  tell({ is: 'sync', id: id(), ino: statSync(join(blocks, 'a')).ino })
  await cutPower(blocks, journal, all())
  expect(textOf('a')).toBe('')
})

test('what was written over or cut off comes back', async () => {
  writeFileSync(join(blocks, 'a'), 'abXYe')
  const { ino } = statSync(join(blocks, 'a'))
  tell(...done({ is: 'write', id: id(), ino, at: 2, length: 2, size: 5, old: Buffer.from('cd').toString('base64') }))
  writeFileSync(join(blocks, 'a'), 'ab')
  tell(...done({ is: 'cut', id: id(), ino, to: 2, size: 5, old: Buffer.from('XYe').toString('base64') }))
  await cutPower(blocks, journal, all())
  expect(textOf('a')).toBe('abcde')
})

test('names: made, renamed and removed files go back until their folder was synced', async () => {
  const file = (name: string) => join(blocks, name)
  const grave = (name: string) => join(`${journal}.graves`, name)
  const make = (name: string) => {
    writeFileSync(file(name), name)
    tell(...done({ is: 'new', id: id(), path: file(name), ino: statSync(file(name)).ino }))
  }
  make('kept')
  make('target')
  make('gone')
  tell(...done({ is: 'sync folder', id: id(), path: blocks }))
  make('fresh')
  linkSync(file('target'), grave('target'))
  renameSync(file('fresh'), file('target'))
  tell(...done({ is: 'rename', id: id(), path: file('fresh'), to: file('target'), grave: grave('target') }))
  linkSync(file('gone'), grave('gone'))
  unlinkSync(file('gone'))
  tell(...done({ is: 'unlink', id: id(), path: file('gone'), grave: grave('gone') }))
  await compactJournal(journal)
  await cutPower(blocks, journal, all())
  expect([textOf('kept'), textOf('target'), textOf('gone'), existsSync(file('fresh'))]).toEqual(['kept', 'target', 'gone', false])
})

test('without a power cut what may be lost is remembered, and nothing else', async () => {
  writeFileSync(join(blocks, 'a'), '')
  append('a', 'kept ')
  sync('a')
  append('a', 'not yet')
  await compactJournal(journal)
  expect(readFileSync(journal, 'utf8').trim().split('\n').length).toBe(2)
  await cutPower(blocks, journal, all())
  expect(textOf('a')).toBe('kept ')
})
