import { parseArgs } from 'node:util'
import { parseConfig } from '../../config/config.ts'
import { readEnv } from '../../config/env.ts'
import { toFault } from '../../kernel/faults.ts'
import { commands, type Options } from './index.ts'

/** The command line `tholed`. Returns the exit code: 0 done, 1 failed or found something, 2 not understood. */
export async function runCommand(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args)
  const command = commands.get(positionals.join(' '))
  if (values.help || !command) return tellUsage(values.help || positionals[0] === 'help' ? 0 : 2)
  try {
    return (await command.run(parseConfig(readEnv()), values)) ?? tellUsage(2)
  } catch (error) {
    const { code, message, cause } = toFault(error)
    // What a fault hides from strangers, the operator may see.
    process.stderr.write(`${code === 'INTERNAL' && cause instanceof Error ? cause.message : message}\n`)
    return 1
  }
}

function readArguments(args: string[]): { values: Options & { help?: boolean }; positionals: string[] } {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { account: { type: 'string' }, name: { type: 'string' }, scopes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`)
    return { values: {}, positionals: [] }
  }
}

function tellUsage(code: number): number {
  const width = 23
  const lines = [...commands].map(([name, { help, options }]) => `  ${name.padEnd(width)}${help}\n${options ? `${' '.repeat(width + 2)}${options}\n` : ''}`)
  process.stderr.write(`tholed, the operator's commands; they work beside a running server, except where they say so.

${lines.join('')}
Settings come from the same variables as the server's.
`)
  return code
}
