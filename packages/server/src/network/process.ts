import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Log } from '../ports/log.ts'
import { openChannel, readFrames } from './pipe/channel.ts'
import type { Channel } from './pipe/channel.ts'
import { pipePair } from './pipe/pair.ts'
import type { SpareMemory } from './spare-memory.ts'

/**
 * Blocks lie outside of the heap of V8, which otherwise collects all of the heap for each 64 MiB of them: a third of
 * the work of a fetch. With this they count as if they lay inside.
 */
const calmCollector = '--external-memory-accounted-in-global-limit'

const program = fileURLToPath(new URL('./guest/main.ts', import.meta.url))

/** The network process while it lives, and whoever follows it. */
export interface GuestProcess {
  /** The pipe to the present process; undefined while there is none. */
  readonly channel: Channel | undefined
  readonly pid: number | undefined
  /** Processes that were started after the first. */
  readonly restarts: number
  /** Ends the process and starts no other. */
  close(): Promise<void>
}

export interface GuestOptions {
  log: Log
  /** Folder for compiled code: it halves the time in which a process is back. */
  codeCache: string
  /** For large frames. */
  spare: SpareMemory
  /** A process is there and waits for its configuration. */
  onSpawn(channel: Channel): void
  onFrame(kind: number, body: Buffer): void
  /** It is gone; another follows unless the house closes. */
  onExit(): void
  /** Milliseconds: one that lived shorter is a sign of trouble, and the next waits longer. */
  minLife?: number
  maxPause?: number
}

/** Runs the network process and starts it again whenever it ends: at once, with pauses if it ends at once too. */
export function runGuest({ log, codeCache, spare, onSpawn, onFrame, onExit, minLife = 5000, maxPause = 10_000 }: GuestOptions): GuestProcess {
  const closing = new AbortController()
  let child: ChildProcess | undefined
  let pipe: Socket | undefined
  let channel: Channel | undefined
  let restarts = 0
  const running = keepRunning()

  async function keepRunning(): Promise<void> {
    for (let short = 0; !closing.signal.aborted; restarts++) {
      const started = Date.now()
      await live()
      short = Date.now() - started < minLife ? short + 1 : 0
      // The first death may be an accident; only a series of them makes waiting sensible.
      if (short > 1) await sleep(Math.min(100 * 2 ** short, maxPause), undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  async function live(): Promise<void> {
    // It gets no secrets: nothing of this process's environment. Names that strangers send are looked up in threads, and some take long.
    const env = { NODE_COMPILE_CACHE: codeCache, UV_THREADPOOL_SIZE: '16' }
    const ends = await pipePair(readFrames(onFrame, { spare, onError: (error) => pipe?.destroy(error) })).catch((error: Error) => error)
    if (ends instanceof Error) return log.error({ reason: ends.message }, 'the pipe to the network process cannot be opened')
    const { ours, theirs } = ends
    pipe = ours
    if (closing.signal.aborted) {
      theirs.destroy()
      return void ours.destroy()
    }
    const born = spawn(process.execPath, [calmCollector, program], { stdio: ['ignore', 'ignore', 'pipe', theirs], env })
    child = born
    theirs.destroy() // the process has its own copy
    pipe.on('error', () => {}) // it ends with the process, which is noticed below
    born.stderr?.on('data', (text: Buffer) => log.warn({ text: text.toString().slice(0, 2000) }, 'the network process complains'))
    channel = openChannel(pipe)
    onSpawn(channel)
    const end = await new Promise<object>((resolve) => {
      born.once('exit', (code, signal) => resolve({ code, signal }))
      born.once('error', (error) => resolve({ reason: error.message }))
    })
    pipe?.destroy()
    child = undefined
    channel = undefined
    onExit()
    if (!closing.signal.aborted) log.warn({ pid: born.pid, ...end }, 'the network process ended; another is started')
  }

  return {
    get channel() {
      return channel
    },
    get pid() {
      return child?.pid
    },
    get restarts() {
      return Math.max(0, child === undefined ? restarts - 1 : restarts)
    },
    async close() {
      closing.abort()
      pipe?.destroy() // it ends with the pipe
      const stubborn = setTimeout(() => child?.kill('SIGKILL'), 2000)
      await running
      clearTimeout(stubborn)
    },
  }
}
