import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program to its end and returns its standard output; throws with what it wrote on standard error where it fails. */
export async function runProgram(program: string, args: readonly string[], { env, stdin }: { env?: Record<string, string>; stdin?: Uint8Array } = {}): Promise<Buffer> {
  const child = spawn(program, args, { env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  let err = ''
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  child.stdin.on('error', () => {}) // it may end before it read everything; its exit code tells
  child.stdin.end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${err}`)
  return Buffer.concat(out)
}
