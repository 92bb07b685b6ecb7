import { expect, test } from 'vitest'
import { readOptions } from './options.ts'
import { runAll } from './run-all.ts'

async function run(...args: string[]) {
  const lines: string[] = []
  const result = await runAll(readOptions(['--seed', 'test', ...args]), (line) => void lines.push(line))
  return { ...result, lines: lines.join('\n') }
}

test('a few kills: nothing is lost', async () => {
  const { losses, summary, lines } = await run('--rounds', '2', '--only', 'kill,power')
  expect(losses, lines).toBe(0)
  expect(summary).toMatch(/kills +[2-9]/)
}, 60_000)

test('who takes away what was acknowledged is found out', async () => {
  const { losses } = await run('--rounds', '3', '--only', 'kill', '--sabotage')
  expect(losses).toBeGreaterThan(0)
}, 60_000)
