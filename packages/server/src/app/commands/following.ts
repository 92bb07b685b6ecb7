import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress, Report } from '../control/report.ts'

/** Milliseconds between two looks. */
const every = 250

/** Tells how far a work is until it ends; throws what it throws. */
export async function* following(work: Promise<unknown>, progress: () => Progress | Promise<Progress>): AsyncGenerator<Report> {
  const ended = work.then(() => true)
  ended.catch(() => undefined)
  while (!(await Promise.race([ended, sleep(every, false, { ref: true })]))) yield { progress: await progress() }
}
