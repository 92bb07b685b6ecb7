import { exitCodes, type Call, type Command } from './command.ts'
import { commands } from './commands/index.ts'
import { manual, overview, synopsis } from './help.ts'
import { errorValue, exitCodeOf, wordsOf } from './outcome.ts'
import { createOutput } from './output.ts'
import { findCommand, readCall, type Typed } from './read-call.ts'
import type { Surroundings } from './surroundings.ts'
import { UsageError } from './usage-error.ts'

/** The command line `thole`. Returns the exit code. */
export async function runThole(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const command = findCommand(commands, args)
  if (!command) return withoutCommand(args, surroundings)
  const wantsJson = args.includes('--json')
  try {
    const typed = readCall(command, args.slice(command.name.split(' ').length))
    if (typed.values.help) {
      surroundings.stdout.write(manual(command))
      return exitCodes.ok
    }
    return await run(command, typed, surroundings)
  } catch (error) {
    if (wantsJson) surroundings.stdout.write(`${JSON.stringify(errorValue(error))}\n`)
    const usage = error instanceof UsageError ? `\nUsage: ${synopsis(command)}` : ''
    createOutput(surroundings).note(`thole ${command.name}: ${surroundings.signal.aborted ? 'interrupted' : wordsOf(error)}${usage}`)
    return exitCodeOf(error)
  }
}

async function run(command: Command, { positionals, values }: Typed, surroundings: Surroundings): Promise<number> {
  const say = createOutput(surroundings, { json: values.json === true, quiet: values.quiet === true })
  const given = (name: string) => [values[name]].flat().filter((value) => typeof value === 'string')
  const call: Call = {
    positionals,
    option: (name) => given(name)[0],
    options: given,
    has: (name) => values[name] === true,
    say,
    surroundings,
    signal: surroundings.signal,
  }
  try {
    return (await command.run(call)) ?? exitCodes.ok
  } finally {
    say.end()
  }
}

function withoutCommand(words: readonly string[], { stdout, stderr }: Surroundings): number {
  const [word, ...more] = words
  if (word === 'help' || word === '--help' || word === '-h') {
    const command = findCommand(commands, more)
    stdout.write(command ? manual(command) : overview(inGroup(more[0]) ?? commands))
    return exitCodes.ok
  }
  const group = inGroup(word)
  if (group && (more[0] === '--help' || more[0] === '-h')) {
    stdout.write(overview(group))
    return exitCodes.ok
  }
  if (word !== undefined) stderr.write(group ? `"${word}" is several commands.\n\n` : `There is no command ${JSON.stringify(word)}.\n\n`)
  stderr.write(overview(group ?? commands))
  return exitCodes.usage
}

/** The commands whose name begins with this word, like `pin`. */
function inGroup(word: string | undefined): Command[] | undefined {
  const group = commands.filter(({ name }) => name.startsWith(`${word} `))
  return group.length > 0 ? group : undefined
}
