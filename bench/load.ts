import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { cpuSeconds } from './measure.ts'
import type { Load, Wish } from './programs/load.ts'

export interface RunningLoad {
  /** What came until now, or in the seconds wished for. */
  end(): Promise<Load>
}

/** Puts a server under load from a process of its own. */
export function startLoad(wish: Wish): RunningLoad {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'programs/load.ts'), JSON.stringify(wish)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let answer = ''
  child.stdout.on('data', (text: Buffer) => (answer += text.toString()))
  return {
    async end() {
      child.stdin.end()
      const [code] = (await closed) as [number | null]
      if (code !== 0) throw new Error('the load generator failed')
      return JSON.parse(answer) as Load
    },
  }
}

export async function requestRate(wish: Wish): Promise<number> {
  const { responses, seconds } = await startLoad(wish).end()
  return responses / seconds
}

export async function byteRate(wish: Wish): Promise<number> {
  const { bytes, seconds } = await startLoad(wish).end()
  return bytes / 1e6 / seconds
}

/** Requests for which a server takes a second of its processors, over all its threads. */
export async function requestsPerCpuSecond(pid: number, wish: Wish): Promise<number> {
  const before = await cpuSeconds(pid)
  const { allResponses } = await startLoad(wish).end()
  return allResponses / ((await cpuSeconds(pid)) - before)
}
