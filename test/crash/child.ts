import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'packages/server/src/app/main.ts')
const commands = join(root, 'packages/server/src/app/tholed.ts')
const preload = join(import.meta.dirname, 'preload.ts')
/** Where the server keeps compiled code, too. */
const compileCache = join(root, 'node_modules/.cache/thole')
const patienceMs = 30_000

/** A server process that has loaded its code and waits for the word to start. */
export interface Prepared {
  /** Returns at once. */
  start(variables: Record<string, string>): Running
  /** For one that is not needed any more. */
  kill(): Promise<void>
}

export interface Running {
  /** Resolves with http://127.0.0.1:port when it has greeted; throws with its words where it ends before. */
  ready(): Promise<string>
  /** Whether it ended without being killed. */
  hasFallen(): boolean
  /** Resolves when the server has heard it, or is over. */
  tell(message: object): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** The last of what it wrote. */
  output(): string
}

export function prepareServer(): Prepared {
  const env = { ...withoutThole(), NODE_COMPILE_CACHE: compileCache }
  // Detached: an interrupt of the driver is not one of the server.
  const child = spawn(process.execPath, ['--import', preload, main], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
  const ended = once(child, 'exit')
  const greeted = Promise.withResolvers<string>()
  let written = ''
  let killed = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      written = (written + text.toString()).slice(-20_000)
      const url = /Thole is at +(\S+)[^]*network/.exec(written)?.[1]
      if (url) greeted.resolve(url)
    })
  }
  const giveUp = (why: string) => greeted.reject(new Error(`the server ${why}:\n${written}`))
  greeted.promise.catch(() => {}) // nobody may have asked
  ended.then(() => giveUp('did not start'), giveUp)
  child.on('error', () => {}) // sending to one that was killed

  async function ready(): Promise<string> {
    const late = setTimeout(() => giveUp(`did not start within ${patienceMs} ms`), patienceMs)
    return greeted.promise.finally(() => clearTimeout(late))
  }

  async function kill(): Promise<void> {
    killed ||= !isOver(child)
    child.kill('SIGKILL')
    await ended
  }

  async function tell(message: object): Promise<void> {
    const heard = once(child, 'message')
    child.send(message)
    await Promise.race([heard, ended])
  }

  const running: Running = { ready, kill, hasFallen: () => isOver(child) && !killed, tell, output: () => written }
  return {
    kill,
    start(variables) {
      child.send({ variables })
      return running
    },
  }
}

/** Runs `tholed` to its end. */
export async function runTholed(args: readonly string[], variables: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const env = { ...withoutThole(), ...variables, NODE_COMPILE_CACHE: compileCache }
  const child = spawn(process.execPath, [commands, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, out, err }
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function withoutThole(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('THOLE_')))
}
