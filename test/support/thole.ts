import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'

const program = join(import.meta.dirname, '../../packages/client/src/cli/thole.ts')

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface Thole extends AsyncDisposable {
  /** Its home, where it keeps what it keeps. */
  home: string
  /** Runs `thole`, however it ends. */
  run(args: readonly string[], options?: { stdin?: string | Uint8Array; env?: Record<string, string>; signal?: AbortSignal }): Promise<Ran>
  /** The same with --json: the values of its lines; throws with its words where it fails. */
  json(args: readonly string[], options?: { code?: number; env?: Record<string, string> }): Promise<any[]>
}

/** The command line in a home of its own, for a server where one is named. */
export async function tholeHome(variables: Record<string, string> = {}): Promise<Thole> {
  const folder = await temporaryFolder()
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name, value]) => value !== undefined && !/^(THOLE_|XDG_|npm_|INIT_CWD)/.test(name))) as Record<string, string>

  const run: Thole['run'] = async (args, { stdin = '', env = {}, signal } = {}) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder.path, env: { ...inherited, HOME: folder.path, ...variables, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const end = () => child.kill('SIGKILL')
    signal?.addEventListener('abort', end)
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    child.stdin.on('error', () => {}) // it may end before it read everything
    child.stdin.end(stdin)
    const [code] = (await once(child, 'close')) as [number | null]
    signal?.removeEventListener('abort', end)
    return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
  }

  return {
    home: folder.path,
    run,
    async json(args, { code: expected = 0, env } = {}) {
      const { code, out, err } = await run([...args, '--json'], { env })
      if (code !== expected) throw new Error(`thole ${args.join(' ')} ended with ${code}: ${err}${out}`)
      return out.split('\n').filter(Boolean).map((line) => JSON.parse(line))
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
