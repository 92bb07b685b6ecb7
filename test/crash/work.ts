import { watch } from 'node:fs/promises'
import { join } from 'node:path'
import { eachOf, Gone } from './api.ts'
import type { Home } from './home.ts'
import { run } from './operations.ts'
import type { Round, Step } from './plan.ts'
import type { Recipe } from './recipe.ts'

const longestCalm = 2_000
/** So often may a full disk be spoken of after there is room again. */
const maxTries = 10

export interface Worked {
  /** How often each kind of call was acknowledged. */
  acknowledged: Map<string, number>
  problems: string[]
}

/** Clients work until the server is killed under them. Everything is over when it resolves, the server included. */
export async function workAndKill(home: Home, plan: Round): Promise<Worked> {
  const { model, api, server } = home
  const acknowledged = new Map<string, number>()
  const problems: string[] = []
  let over = false
  let isFull = plan.kind === 'full'
  const lose = (what: string) => void problems.push(what)
  const count = (what: string) => void acknowledged.set(what, (acknowledged.get(what) ?? 0) + 1)
  const common = {
    api, model, round: plan.number, lose,
    isOver: () => over,
    count,
  }

  /** Whether it was not refused for want of room. */
  async function call(step: Step, name: string): Promise<boolean> {
    const forgiven = isFull ? 507 : undefined
    let isRefused = false
    try {
      await run(step, { ...common, name, isForgiven: (status) => (isRefused = status === forgiven) })
    } catch (error) {
      if (!(error instanceof Gone)) lose(`the driver failed at ${step.do}: ${error instanceof Error ? error.stack : String(error)}`)
      else if (!over && !server.hasFallen()) lose(`${step.do} ${name}: ${error.message}`)
    }
    return !isRefused
  }

  /** Who shared a commit with the last that found no room is refused with it: once more then. */
  async function fillRoom(): Promise<void> {
    const step: Step = { do: 'file', recipe: probe(plan), pin: true, slow: false, pause: 0 }
    for (let tries = 1; !(await call(step, `${plan.number}.room.${tries}`)); tries++) {
      isFull = tries < maxTries
      await sleep(50)
    }
    isFull = false
  }

  async function client(steps: readonly Step[], number: number): Promise<void> {
    for (const [i, step] of steps.entries()) {
      if (step.pause > 0) await sleep(step.pause)
      if (over) return
      await call(step, `${plan.number}.${number}.${i}`)
    }
  }

  if (plan.kind === 'full') await home.medium.limit(plan.room, server)
  const working = Promise.all(plan.clients.map(client))
  await Promise.race([working, sleep(plan.workMs)])
  if (plan.kind === 'full') {
    await home.medium.relax(server)
    await fillRoom()
  }
  await eachOf(plan.storm, 8, (pick) => call({ do: pick < 0.5 ? 'remove' : 'unpin', pick: (pick * 2) % 1, pause: 0 }, ''))
  if (plan.awaitRewrite && (await signOfRewrite(home, longestCalm))) count('kill at a rewrite')
  if (plan.storm.length > 0) await sleep(plan.calmMs)

  if (server.hasFallen()) lose('the server ended by itself')
  over = true
  await server.kill()
  await working
  if (problems.length > 0) lose(`the server that was killed had written:\n${server.output().slice(-4000)}`)
  return { acknowledged, problems }
}

/** Whether a segment was made, renamed or removed. */
async function signOfRewrite({ dataFolder }: Home, withinMs: number): Promise<boolean> {
  try {
    for await (const { eventType } of watch(join(dataFolder, 'blocks', 'segments'), { signal: AbortSignal.timeout(withinMs) })) if (eventType === 'rename') return true
  } catch {
    // Nothing came within the time.
  }
  return false
}

/** What has to be taken as soon as there is room again. */
function probe({ seed }: Round): Recipe {
  return { kind: 'file', pieces: [{ name: `${seed}/room`, length: 100_000 }] }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
