import { readFile } from 'node:fs/promises'

export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** Names of those that failed. */
  failures: string[]
}

/** A line of what `go tool test2json` writes. */
interface Event {
  Action: string
  Test?: string
}

const outcomes = ['pass', 'fail', 'skip']

/** Counts tests that have no tests below them; a report that is not there counts as one failure. */
export async function readTally(report: string): Promise<Tally> {
  const outcome = new Map<string, string>()
  for (const { Action, Test } of await readEvents(report)) {
    if (Test !== undefined && outcomes.includes(Action)) outcome.set(Test, Action)
  }
  const parents = new Set([...outcome.keys()].flatMap(parentsOf))
  const leaves = [...outcome].filter(([name]) => !parents.has(name))
  const named = (action: string) => leaves.filter(([, outcome]) => outcome === action).map(([name]) => name)
  const failures = named('fail')
  // A parent may fail by itself.
  const broken = leaves.length === 0 || (failures.length === 0 && [...outcome.values()].includes('fail'))
  return { passed: named('pass').length, failed: broken ? 1 : failures.length, skipped: named('skip').length, failures }
}

export function inWords({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

async function readEvents(report: string): Promise<Event[]> {
  const text = await readFile(report, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Event)
}

/** Go names a test below another by a path. */
function parentsOf(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}
