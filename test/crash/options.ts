import { parseArgs } from 'node:util'
import { kinds, type Kind } from './plan.ts'

export interface Options {
  rounds: number
  seed: string
  /** Ends after so many milliseconds, whatever `rounds` says. */
  withinMs: number
  only: readonly Kind[]
  keep: boolean
  sabotage: boolean
}

export const usage = `npm run crash -- [--rounds N] [--minutes M] [--seed S] [--only ${kinds.join(',')}] [--keep]

Kills a server with SIGKILL, again and again, while clients work with it, and checks after each restart that nothing is lost that was
acknowledged. Exits with 1 where something is. --seed repeats the calls, the delays and the damage of an earlier run; what the kill
hits depends on the machine, so that a loss may take several runs to come again. --keep leaves the folder of a loss behind.
`

/** Throws with words for people. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '60' },
      minutes: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
      only: { type: 'string', default: kinds.join(',') },
      keep: { type: 'boolean', default: false },
      sabotage: { type: 'boolean', default: false },
    },
  })
  const only = values.only.split(',')
  const stranger = only.find((name) => !(kinds as readonly string[]).includes(name))
  if (stranger !== undefined) throw new Error(`--only: there is no kind "${stranger}"`)
  return {
    rounds: number('rounds', values.rounds),
    seed: values.seed,
    withinMs: number('minutes', values.minutes) * 60_000,
    only: only as Kind[],
    keep: values.keep,
    sabotage: values.sabotage,
  }
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  return value
}
