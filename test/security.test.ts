import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** OWASP ASVS 5.0.0: the requirements of level 1, and those of level 2, section by section. */
const requirements: Record<string, readonly [one: readonly number[], two: readonly number[]]> = {
  '1.1': [[], [1, 2]], '1.2': [[1, 2, 3, 4, 5], [6, 7, 8, 9]], '1.3': [[1, 2], [3, 4, 5, 6, 7, 8, 9, 10, 11]], '1.4': [[], [1, 2, 3]],
  '1.5': [[1], [2]], '2.1': [[1], [2, 3]], '2.2': [[1, 2], [3]], '2.3': [[1], [2, 3, 4]], '2.4': [[], [1]], '3.2': [[1, 2], []],
  '3.3': [[1], [2, 3, 4]], '3.4': [[1, 2], [3, 4, 5, 6]], '3.5': [[1, 2, 3], [4, 5]], '3.7': [[], [1, 2]], '4.1': [[1], [2, 3]], '4.2': [[], [1]],
  '4.3': [[], [1, 2]], '4.4': [[1], [2, 3, 4]], '5.1': [[], [1]], '5.2': [[1, 2], [3]], '5.3': [[1, 2], []], '5.4': [[], [1, 2, 3]],
  '6.1': [[1], [2, 3]], '6.2': [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12]], '6.3': [[1, 2], [3, 4]], '6.4': [[1, 2], [3, 4]],
  '6.5': [[], [1, 2, 3, 4, 5]], '6.6': [[], [1, 2, 3]], '6.8': [[], [1, 2, 3, 4]], '7.1': [[], [1, 2, 3]], '7.2': [[1, 2, 3, 4], []],
  '7.3': [[], [1, 2]], '7.4': [[1, 2], [3, 4, 5]], '7.5': [[], [1, 2]], '7.6': [[], [1, 2]], '8.1': [[1], [2]], '8.2': [[1, 2], [3]], '8.3': [[1], []],
  '8.4': [[], [1]], '9.1': [[1, 2, 3], []], '9.2': [[1], [2, 3, 4]], '10.1': [[], [1, 2]], '10.2': [[], [1, 2]], '10.3': [[], [1, 2, 3, 4]],
  '10.4': [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]], '10.5': [[], [1, 2, 3, 4, 5]], '10.6': [[], [1, 2]], '10.7': [[], [1, 2, 3]], '11.1': [[], [1, 2]],
  '11.2': [[], [1, 2, 3]], '11.3': [[1, 2], [3]], '11.4': [[1], [2, 3, 4]], '11.5': [[], [1]], '11.6': [[], [1]], '12.1': [[1], [2, 3]],
  '12.2': [[1, 2], []], '12.3': [[], [1, 2, 3, 4]], '13.1': [[], [1]], '13.2': [[], [1, 2, 3, 4, 5]], '13.3': [[], [1, 2]], '13.4': [[1], [2, 3, 4, 5]],
  '14.1': [[], [1, 2]], '14.2': [[1], [2, 3, 4]], '14.3': [[1], [2, 3]], '15.1': [[1], [2, 3]], '15.2': [[1], [2, 3]],
  '15.3': [[1], [2, 3, 4, 5, 6, 7]], '16.1': [[], [1]], '16.2': [[], [1, 2, 3, 4, 5]], '16.3': [[], [1, 2, 3, 4]], '16.4': [[], [1, 2, 3]],
  '16.5': [[], [1, 2, 3]], '17.1': [[], [1]], '17.2': [[], [1, 2, 3, 4]], '17.3': [[], [1, 2]],
}

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const rows = page.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => {
  const [number, level, about, here, shown] = line.slice(1, -1).split('|').map((cell) => cell.trim())
  return { number, level, about, here: here!, files: [...shown!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!) }
})

test('every requirement has its row, in order, with its level', () => {
  const wanted = Object.entries(requirements).flatMap(([section, levels]) => {
    const all = levels.flatMap((numbers, i) => numbers.map((number) => ({ number, level: String(i + 1) })))
    return all.toSorted((a, b) => a.number - b.number).map(({ number, level }) => [`${section}.${number}`, level])
  })
  expect(wanted).toHaveLength(253)
  expect(rows.map(({ number, level }) => [number, level])).toEqual(wanted)
})

test('every row says how it stands: what is met shows where, all else says why', () => {
  const vague = rows.filter(({ about, here, files }) => about === '' || !(/^met\b/.test(here) ? files.length > 0 : /^not (applicable|met)\b.*: ./.test(here)))
  expect(vague).toEqual([])
})

test('every file that is named is there', () => {
  const places = ['', 'packages/server/src']
  const lost = rows.flatMap(({ number, files }) => files.filter((file) => !places.some((place) => existsSync(join(root, place, file)))).map((file) => `${number} ${file}`))
  expect(lost).toEqual([])
})
