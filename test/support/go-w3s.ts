import { spawnSync } from 'node:child_process'
import { runProgram } from './program.ts'

/** The program of test/go-w3s: GO_W3S_BIN, or `go-w3s` on PATH. */
const program = findProgram()

/** Why suites that need it are skipped, or undefined where they run. */
export const noGoW3s = program === undefined ? 'there is no go-w3s: build test/go-w3s with Go, and set GO_W3S_BIN' : undefined

/** What the Go client of web3.storage prints, at this address with this key. */
export async function goW3s(url: string, key: string, ...args: string[]): Promise<string> {
  if (program === undefined) throw new Error(noGoW3s)
  return (await runProgram(program, [url, key, ...args])).toString().trim()
}

function findProgram(): string | undefined {
  const name = process.env.GO_W3S_BIN || 'go-w3s'
  return spawnSync(name, ['http://127.0.0.1', 'key', 'version'], { stdio: 'ignore' }).status === 0 ? name : undefined
}
