import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'packages/server/src/app/main.ts')
/** The script of `tholed`. */
export const tholedProgram = join(root, 'packages/server/src/app/tholed.ts')

export interface TestServer {
  /** http://127.0.0.1:port */
  url: string
  admin: { email: string; password: string }
  dataFolder: string
  pid: number
  /** Its surroundings, for commands beside it. */
  env: Readonly<Record<string, string>>
  /** A key of the admin's account, made by the command line beside the server. */
  createKey(scopes?: readonly string[], account?: string): Promise<string>
  /** SIGKILL; `killAndRestart` brings it back. */
  kill(): Promise<void>
  /** SIGKILL, and the same folder served again on the same port, with other settings where given. */
  killAndRestart(variables?: Record<string, string>): Promise<void>
  /** SIGTERM, this work while the folder is closed, and the same folder served again. */
  rest(work: () => Promise<void>): Promise<void>
  /** Everything that it wrote on standard output and error. */
  output(): string
  stop(): Promise<void>
}

/** A real server in a process of its own, on a free port and a fresh data folder. */
export async function startServer(variables: Record<string, string> = {}): Promise<TestServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'thole-test-'))
  const admin = { email: 'admin@example.org', password: 'correct horse battery' }
  const env: Record<string, string> = {
    ...inherited(),
    THOLE_PORT: '0',
    THOLE_DATA: dataFolder,
    THOLE_ADMIN_EMAIL: admin.email,
    THOLE_ADMIN_PASSWORD: admin.password,
    THOLE_MIN_FREE: '0',
    THOLE_LOG: 'warn',
    ...variables,
  }
  let written = ''
  let child = launch()
  let url = await addressOf(child)

  function launch(): ChildProcess {
    const process_ = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [process_.stdout, process_.stderr]) stream?.on('data', (text: Buffer) => (written += text.toString()))
    return process_
  }

  async function addressOf(process_: ChildProcess): Promise<string> {
    const from = written.length
    const deadline = Date.now() + 30_000
    while (Date.now() < deadline) {
      const found = /Thole is at +(\S+)[^]*network/.exec(written.slice(from))?.[1]
      if (found) return found
      if (process_.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the server did not start:\n${written}`)
  }

  async function end(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await once(child, 'exit')
    clearTimeout(late)
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  return {
    get url() {
      return url
    },
    get pid() {
      return child.pid!
    },
    admin,
    dataFolder,
    env,
    output: () => written,
    async createKey(scopes, account = admin.email) {
      const args = ['keys', 'create', '--account', account, '--name', 'test', ...(scopes ? ['--scopes', scopes.join(',')] : [])]
      return (await runCommand(args, env)).trim()
    },
    kill,
    async killAndRestart(variables = {}) {
      await kill()
      Object.assign(env, variables, { THOLE_PORT: new URL(url).port })
      child = launch()
      url = await addressOf(child)
    },
    async rest(work) {
      await end()
      Object.assign(env, { THOLE_PORT: new URL(url).port })
      try {
        await work()
      } finally {
        child = launch()
        url = await addressOf(child)
      }
    },
    async stop() {
      await end()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

/** Runs `tholed` and returns what it printed; throws with its words where it fails. */
export async function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { code, out, err } = await tholed(args, env)
  if (code !== 0) throw new Error(`tholed ${args.join(' ')} ended with ${code}: ${err}`)
  return out
}

/** Runs `tholed`, however it ends. */
export function tholed(args: readonly string[], env: Readonly<Record<string, string>>) {
  return outcome(tholedProgram, args, env)
}

/** Starts a server that is expected to end by itself. */
export function tryServer(env: Readonly<Record<string, string>>) {
  return outcome(main, [], env)
}

async function outcome(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** The surroundings without anybody's Thole settings. */
function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter(([name, value]) => value !== undefined && !name.startsWith('THOLE_'))) as Record<string, string>
}
