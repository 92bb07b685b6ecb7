import { readFile } from 'node:fs/promises'
import { runProgram } from '../test/support/program.ts'

/** Takes each measurement once a round, in turn, and gives the median of each; one that is undefined is passed over. */
export async function inTurn<Name extends string>(rounds: number, measures: Record<Name, ((round: number) => Promise<number>) | undefined>): Promise<Record<Name, number>> {
  const taken: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries<((round: number) => Promise<number>) | undefined>(measures)) {
      if (measure === undefined) continue
      // What the one before left to be written to the disk is not paid for by the next.
      await runProgram('sync', [])
      ;(taken[name] ??= []).push(await measure(round))
    }
  }
  return Object.fromEntries(Object.entries(taken).map(([name, values]) => [name, median(values)])) as Record<Name, number>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Megabytes (10^6) in a second. */
export function rate(bytes: number, seconds: number): number {
  return bytes / 1e6 / seconds
}

/** Seconds that something takes. */
export async function timed(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** The most resident memory that a process had so far, MB (10^6 bytes). */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}

/** Resident memory of a process, MB (10^6 bytes). */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}

/** Seconds that a process spent on processors, in hundredths. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // Its name, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
