import type { Output } from './output.ts'
import type { Surroundings } from './surroundings.ts'

export interface Option {
  /** What stands for the value in help, like `FILE`; without it the option is a switch. */
  value?: string
  short?: string
  help: string
  /** The values that it takes, where they are few. */
  choices?: readonly string[]
  /** May be given several times. */
  several?: true
}

export interface Command {
  /** As it is typed: `put`, `pin add`. */
  name: string
  /** One line, for the list of commands. */
  summary: string
  /** What stands behind the name, like `PATH…`. */
  takes?: string
  /** How many arguments it takes; default none. */
  arguments?: { least: number; most: number }
  options?: Readonly<Record<string, Option>>
  description: string
  /** Each with what it does. */
  examples: readonly (readonly [line: string, does: string])[]
  /** Returns the exit code; nothing is 0. */
  run(call: Call): Promise<number | void>
}

/** One command that somebody typed. */
export interface Call {
  positionals: readonly string[]
  /** The value of an option; undefined where it was not given. */
  option(name: string): string | undefined
  options(name: string): readonly string[]
  has(name: string): boolean
  say: Output
  surroundings: Surroundings
  signal: AbortSignal
}

/** Options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  url: { value: 'URL', help: 'the server; default: THOLE_URL, else what "thole login" kept, else http://127.0.0.1:3000' },
  json: { help: 'one JSON value a line on standard output' },
  quiet: { short: 'q', help: 'no progress' },
  help: { short: 'h', help: 'tells about the command' },
}

export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3, refused: 4 } as const
