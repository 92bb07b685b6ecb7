import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome, openPool, type Home } from './home.ts'
import { mountSmallDisk } from './medium.ts'
import type { Options } from './options.ts'
import { planRound } from './plan.ts'
import { random } from './random.ts'
import { openReport } from './report.ts'
import { runRound } from './round.ts'
import { hasStoreCheck } from './store-check.ts'

const roundsAFolder = 100
const checkAllEvery = 50
const storeCheckEvery = 5

/** Round after round until they are done, the time is over or the signal ends them. */
export async function runAll(options: Options, say: (line: string) => void, signal?: AbortSignal): Promise<{ summary: string; losses: number }> {
  const { seed, rounds } = options
  const began = performance.now()
  const isTimeOver = () => signal?.aborted || performance.now() - began > options.withinMs
  const report = openReport(say)
  const pool = openPool(2)
  const canMount = await lookForMounts(say)
  let home: Home | undefined
  let storeCheck: boolean | undefined
  try {
    for (let number = 1; number <= rounds && !isTimeOver(); number++) {
      const r = random(seed, 'home', number)
      const kills = Array.from({ length: r.whole(0, 3) }, () => r.scale(1, 120))
      home ??= await openHome(pool, { kills, smallDisk: r.chance(0.3) && canMount })
      storeCheck ??= await lookForStoreCheck(home, say)
      const isLast = number === rounds || isTimeOver()
      const plan = planRound(seed, number, options.only)
      const done = await runRound(home, plan, {
        all: isLast || number % checkAllEvery === 0,
        storeCheck: storeCheck && (isLast || number % storeCheckEvery === 0),
        sabotage: options.sabotage,
        keep: options.keep,
      })
      report.add(plan, done)
      if (done.losses.length > 0 || number % roundsAFolder === 0) {
        const keep = options.keep && done.losses.length > 0
        if (keep) say(`  kept ${home.path}`)
        await home.close({ keep })
        home = undefined
      }
    }
  } finally {
    await home?.close({ keep: false })
    await pool.close()
  }
  const seconds = (performance.now() - began) / 1000
  return { summary: report.summary({ seed, time: `${seconds.toFixed(0)} s` }), losses: report.losses }
}

async function lookForStoreCheck(home: Home, say: (line: string) => void): Promise<boolean> {
  const isThere = await hasStoreCheck(home)
  if (!isThere) say('`tholed store check` does not exist here: what it would find is not looked for')
  return isThere
}

async function lookForMounts(say: (line: string) => void): Promise<boolean> {
  const path = await mkdtemp(join(tmpdir(), 'thole-crash-'))
  try {
    await (await mountSmallDisk(path)).close()
    return true
  } catch {
    say('no disk can be mounted here: full disks are played to the block store alone, not to the database')
    return false
  } finally {
    await rmdir(path)
  }
}
