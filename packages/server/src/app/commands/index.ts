import { resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { adopt } from './adopt.ts'
import { demandLocal } from './backup.ts'
import { doctor } from './doctor.ts'
import { importFrom } from './import.ts'
import { createKey, listKeys, revokeKey } from './keys.ts'
import { rebuildIndex } from './rebuild-index.ts'
import { restore } from './restore.ts'
import { doWork, print } from './run-work.ts'
import type { WorkName } from './works.ts'

export interface Options {
  account?: string
  name?: string
  scopes?: string
  expires?: string
  keep?: string
  at?: string
  json?: boolean
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
  ['keys create', { help: 'makes a key, and the account where there is none; prints the key alone', options: '--account EMAIL --name NAME [--scopes a,b] [--expires 90d]', run: runCreateKey }],
  ['keys list', { help: 'lists the keys of an account that were not revoked', options: '--account EMAIL', run: runListKeys }],
  ['keys revoke', { help: 'ends a key; a server beside it refuses it within a second', operand: 'ID', run: runRevokeKey }],
  work('store check', 'proves that store and database agree; exits with 1 where they do not'),
  work('store stats', 'tells how much is stored'),
  work('store scrub', 'reads every block now and keeps damaged ones out of use; exits with 1 where there are'),
  work('store reclaim', 'frees now what nobody has held for longer than the grace'),
  ['store rebuild-index', { help: 'makes the index anew from the segments; not beside a server', run: (config) => print(rebuildIndex(config)) }],
  ['export', { help: 'writes everything into a new folder: rows, DAGs as CARs, a manifest', operand: 'DIR', run: (config, _, folder) => print(doWork(config, 'export', resolve(folder))) }],
  ['import', { help: 'brings such a folder into a server that has nothing yet; not beside a server', operand: 'DIR', run: (config, _, folder) => print(importFrom(config, resolve(folder))) }],
  ['doctor', { help: 'looks whether all is well around the server, and says what to do', options: '[--json]', run: (config, options) => print(doctor(config, options)) }],
  ['backup', { help: 'copies all that a server has, into a folder of backups of which each takes only what is new', options: '[--keep N]', operand: 'DIR', run: runBackup }],
  ['restore', { help: 'brings such a copy into an empty data folder; not beside a server', options: '[--at TIME]', operand: 'DIR', run: (config, { at }, folder) => print(restore(config, resolve(folder), at)) }],
  ['store adopt', { help: 'lets the database speak of another block store from now on; not beside a server', run: (config) => print(adopt(config)) }],
])

/** Backups that stay where nobody says how many. */
const usualKeep = '7'

async function runBackup(config: Config, { keep = usualKeep }: Options, folder: string): Promise<number | undefined> {
  demandLocal(config)
  if (!/^[1-9]\d{0,5}$/.test(keep)) return undefined
  return print(doWork(config, 'backup', JSON.stringify({ folder: resolve(folder), keep: Number(keep) })))
}

async function runCreateKey(config: Config, { account, name, scopes, expires }: Options): Promise<number | undefined> {
  if (!account || !name) return undefined
  const list = scopes?.split(',').map((scope) => scope.trim()).filter(Boolean)
  process.stdout.write(`${await createKey(config, { account, name, scopes: list, expires })}\n`)
  return 0
}

async function runListKeys(config: Config, { account }: Options): Promise<number | undefined> {
  if (!account) return undefined
  process.stdout.write(await listKeys(config, account))
  return 0
}

async function runRevokeKey(config: Config, _: Options, id: string): Promise<number> {
  await revokeKey(config, id)
  return 0
}
