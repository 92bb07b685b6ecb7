import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { reportFile, specs } from './options.ts'
import { inWords, readTally } from './tally.ts'

async function tallyOf(...outcomes: [test: string, action: string][]) {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'report')
  const events = outcomes.flatMap(([Test, Action]) => [{ Action: 'run', Test }, { Action: 'output', Test, Output: 'x' }, { Action, Test }])
  await writeFile(file, [...events, { Action: 'suite_fail' }].map((event) => `${JSON.stringify(event)}\n`).join(''))
  return readTally(file)
}

test('tests with tests below them do not count', async () => {
  const tally = await tallyOf(['A/x/1', 'pass'], ['A/x/2', 'fail'], ['A/x', 'fail'], ['A', 'fail'], ['B', 'pass'], ['C/y', 'skip'], ['C', 'pass'])
  expect(tally).toEqual({ passed: 2, failed: 1, skipped: 1, failures: ['A/x/2'] })
  expect(inWords(tally)).toBe('2 passed, 1 failed, 1 skipped')
  expect(inWords(await tallyOf(['A', 'pass']))).toBe('1 passed, 0 failed')
})

test('what failed by itself counts, and a run that told nothing', async () => {
  expect(await tallyOf(['A/x', 'pass'], ['A', 'fail'])).toMatchObject({ passed: 1, failed: 1 })
  expect(await tallyOf()).toMatchObject({ passed: 0, failed: 1 })
  expect(await readTally('/nowhere')).toMatchObject({ passed: 0, failed: 1 })
})

test.each([
  [['--json-output', 'FILE'], 'FILE'],
  [['--json=FILE'], 'FILE'],
  [['-j', 'FILE', '--verbose'], 'FILE'],
  [['--verbose', '--', '-json', 'x'], undefined],
  [[], undefined],
])('the report of %o', (args, file) => {
  expect(reportFile(args)).toBe(file)
})

test('every spec, where no others are named', () => {
  expect(specs(['--specs', 'trustless-gateway'])).toEqual([])
  expect(specs(['--specs=trustless-gateway'])).toEqual([])
  expect(specs(['--', '-specs', 'x'])[1]).toContain('proxy-gateway')
})
