import { copyFile, cp, lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { check } from './checks.ts'
import { damage, sabotage } from './faults.ts'
import type { Home } from './home.ts'
import type { Kind, Round } from './plan.ts'
import { random } from './random.ts'
import { checkStore, openEndedIn } from './store-check.ts'
import { workAndKill } from './work.ts'

export interface RoundDone {
  acknowledged: Map<string, number>
  /** Roots that were looked at. */
  roots: number
  kills: number
  /** What was done to the folder, in words. */
  note: string
  losses: string[]
  /** Milliseconds by what they went to. */
  times: Record<string, number>
}

export interface RoundOptions {
  /** Look at every root. */
  all: boolean
  storeCheck: boolean
  sabotage: boolean
  /** Copies of the folder, as the kill left it and as the restart found it, lie beside it. */
  keep: boolean
}

/** Where the index may be gone: it was removed, or a full disk had no room for it. */
const losesIndex: ReadonlySet<Kind> = new Set(['index', 'full'])

/** Work, kill, damage, restart, check. */
export async function runRound(home: Home, plan: Round, options: RoundOptions): Promise<RoundDone> {
  const times: Record<string, number> = {}
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const from = performance.now()
    return work.finally(() => (times[name] = performance.now() - from))
  }
  const r = random(plan.seed, 'after')
  const losses: string[] = []
  const worked = await timed('work', workAndKill(home, plan))
  losses.push(...worked.problems)
  if (options.keep) await snapshot(home, 'killed')
  const notes = [await damage(plan.kind, home, r)]
  if (options.sabotage) notes.push(await sabotage(home.dataFolder, r))
  if (options.keep) await snapshot(home, 'damaged')
  let roots = 0
  try {
    await timed('start', home.restart(plan.startKills))
    for (const path of openEndedIn(home.server.output())) {
      home.openEnded.add(path)
      if (!losesIndex.has(plan.kind)) losses.push(`${path} lost its index, and nobody knows where it ends`)
    }
    const checked = await timed('check', check(home.api, home.model, { round: plan.number, all: options.all, r }))
    roots = checked.roots
    losses.push(...checked.problems)
    notes.push(...new Set(checked.slow))
    if (options.storeCheck) losses.push(...(await timed('store check', checkStore(home))))
  } catch (error) {
    losses.push(`after the restart: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  // What the server wrote last is still on its way.
  if (losses.length > worked.problems.length) await new Promise((resolve) => setTimeout(resolve, 300))
  if (home.server.hasFallen()) losses.push('the server ended by itself')
  if (losses.length > worked.problems.length) losses.push(`the server that was started again has written:\n${home.server.output().slice(-4000)}`)
  return { acknowledged: worked.acknowledged, roots, kills: 1 + plan.startKills.length, note: notes.filter(Boolean).join(', '), losses, times }
}

async function snapshot({ path, dataFolder, journal }: Home, name: string): Promise<void> {
  const copy = join(path, name)
  await rm(copy, { recursive: true, force: true })
  // The server's socket cannot be copied.
  await cp(dataFolder, copy, { recursive: true, filter: async (file) => !(await lstat(file)).isSocket() })
  if (journal) await copyFile(journal, `${copy}-journal`)
}
