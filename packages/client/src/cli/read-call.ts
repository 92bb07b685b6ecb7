import { parseArgs } from 'node:util'
import { commonOptions, type Command, type Option } from './command.ts'
import { UsageError } from './usage-error.ts'

export interface Typed {
  positionals: string[]
  values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
}

/** The command whose name stands first, and how many words its name has. */
export function findCommand(commands: readonly Command[], words: readonly string[]): Command | undefined {
  const byLength = commands.toSorted((a, b) => b.name.length - a.name.length)
  return byLength.find(({ name }) => name.split(' ').every((word, i) => word === words[i]))
}

/** Reads what stands behind a command's name. @throws UsageError */
export function readCall(command: Command, args: readonly string[]): Typed {
  const options = { ...commonOptions, ...command.options }
  const { values, positionals } = parse(options, args)
  if (values.help) return { values, positionals }
  const { least, most } = command.arguments ?? { least: 0, most: 0 }
  if (positionals.length < least) throw new UsageError(`"${command.name}" needs ${command.takes}.`)
  if (positionals.length > most) throw new UsageError(most === 0 ? `"${command.name}" takes nothing but options.` : `"${command.name}" takes ${command.takes} and no more.`)
  for (const [name, { choices }] of Object.entries(options)) {
    for (const value of [values[name]].flat()) if (choices && value !== undefined && !choices.includes(String(value))) throw new UsageError(`--${name} takes ${choices.join(', ')}, not "${String(value)}".`)
  }
  return { values, positionals }
}

function parse(options: Readonly<Record<string, Option>>, args: readonly string[]): Typed {
  const known = Object.entries(options).map(([name, { value, short, several }]) => [name, { type: value ? ('string' as const) : ('boolean' as const), ...(short && { short }), ...(several && { multiple: true }) }])
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: Object.fromEntries(known) })
  } catch (error) {
    // Behind its first sentence Node tells about `--`, which helps nobody here.
    throw new UsageError(`${(error instanceof Error ? error.message : String(error)).split('. ', 1)[0]}.`)
  }
}
