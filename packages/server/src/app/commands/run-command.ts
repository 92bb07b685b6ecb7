import { parseArgs } from 'node:util'
import { parseConfig, type Config } from '../../config/config.ts'
import { readEnv } from '../../config/env.ts'
import { toFault } from '../../kernel/faults.ts'
import { type Command, commands, type Options } from './index.ts'

/** The command line `tholed`. Returns the exit code: 0 done, 1 failed or found something, 2 not understood. */
export async function runCommand(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args)
  const { name, command, operand } = find(positionals)
  if (values.help || name === 'help') return tellUsage(0)
  if (!command) return tellUsage(2, name && `There is no command "${name}".`)
  const stray = Object.keys(values).find((option) => !command.options?.includes(`--${option}`))
  if (stray !== undefined) return tellUsage(2, `"${name}" takes no --${stray}.`)
  if (command.operand && !operand) return tellUsage(2, `"${name}" needs ${command.operand}.`)
  try {
    return (await command.run(quietly(parseConfig(readEnv())), values, operand)) ?? tellUsage(2, `"${name}" needs ${command.options}.`)
  } catch (error) {
    const { code, message, cause } = toFault(error)
    // What a fault hides from strangers, the operator may see.
    process.stderr.write(`${code === 'INTERNAL' && cause instanceof Error ? cause.message : message}\n`)
    return 1
  }
}

/** Its operand is the last word. */
function find(words: string[]): { name: string; command?: Command; operand: string } {
  const name = words.join(' ')
  const before = words.slice(0, -1).join(' ')
  if (!commands.get(before)?.operand) return { name, command: commands.get(name), operand: '' }
  return { name: before, command: commands.get(before), operand: words.at(-1)! }
}

/** What goes well, a command says itself. */
function quietly(config: Config): Config {
  return config.log === 'info' ? { ...config, log: 'warn' } : config
}

function readArguments(args: string[]): { values: Options & { help?: boolean }; positionals: string[] } {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { account: { type: 'string' }, name: { type: 'string' }, scopes: { type: 'string' }, expires: { type: 'string' }, keep: { type: 'string' }, at: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    // Behind its first sentence Node tells about `--`, which helps nobody here.
    const words = error instanceof Error ? error.message : String(error)
    process.stderr.write(`${words.split('. ', 1)[0]}.\n\n`)
    return { values: {}, positionals: [] }
  }
}

function tellUsage(code: number, why = ''): number {
  const width = 23
  const lines = [...commands].map(([name, { help, options, operand }]) => `  ${(operand ? `${name} ${operand}` : name).padEnd(width)}${help}\n${options ? `${' '.repeat(width + 2)}${options}\n` : ''}`)
  process.stderr.write(`${why && `${why}\n\n`}tholed, the operator's commands; they work beside a running server, except where they say so.

${lines.join('')}
Settings come from the same variables as the server's.
`)
  return code
}
