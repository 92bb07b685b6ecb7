import { resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { adopt } from './adopt.ts'
import { createKey } from './create-key.ts'
import { importFrom } from './import.ts'
import { rebuildIndex } from './rebuild-index.ts'
import { doWork, print } from './run-work.ts'
import type { WorkName } from './works.ts'

export interface Options {
  account?: string
  name?: string
  scopes?: string
}

export interface Command {
  help: string
  /** Options that it takes, as usage shows them. */
  options?: string
  /** What stands behind its name, as usage shows it; it cannot be left out. */
  operand?: string
  /** The exit code; undefined where an option is missing. Faults end with 1. */
  run(config: Config, options: Options, operand: string): Promise<number | undefined>
}

const work = (name: WorkName, help: string): [string, Command] => [name, { help, run: (config) => print(doWork(config, name)) }]

export const commands: ReadonlyMap<string, Command> = new Map([
  ['keys create', { help: 'makes a key, and the account where there is none; prints the key alone', options: '--account EMAIL --name NAME [--scopes a,b]', run: runCreateKey }],
  work('store check', 'proves that store and database agree; exits with 1 where they do not'),
  work('store stats', 'tells how much is stored'),
  work('store scrub', 'reads every block now and keeps damaged ones out of use; exits with 1 where there are'),
  work('store reclaim', 'frees now what nobody has held for longer than the grace'),
  ['store rebuild-index', { help: 'makes the index anew from the segments; not beside a server', run: (config) => print(rebuildIndex(config)) }],
  ['export', { help: 'writes everything into a new folder: rows, DAGs as CARs, a manifest', operand: 'DIR', run: (config, _, folder) => print(doWork(config, 'export', resolve(folder))) }],
  ['import', { help: 'brings such a folder into a server that has nothing yet; not beside a server', operand: 'DIR', run: (config, _, folder) => print(importFrom(config, resolve(folder))) }],
  ['store adopt', { help: 'lets the database speak of another block store from now on; not beside a server', run: (config) => print(adopt(config)) }],
])

async function runCreateKey(config: Config, { account, name, scopes }: Options): Promise<number | undefined> {
  if (!account || !name) return undefined
  const list = scopes?.split(',').map((scope) => scope.trim()).filter(Boolean)
  process.stdout.write(`${await createKey(config, { account, name, scopes: list })}\n`)
  return 0
}
