import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { readEnv } from '../config/env.ts'
import { toFault } from '../kernel/faults.ts'
import { createKey } from './commands/create-key.ts'

const usage = `tholed, the operator's commands; they work beside a running server.

  tholed keys create --account EMAIL --name NAME [--scopes a,b]
      makes a key, and the account where there is none; prints the key alone

Settings come from the same variables as the server's.
`

const { values, positionals } = readArguments()
const command = positionals.join(' ')
if (command === 'keys create' && values.account && values.name) {
  try {
    const scopes = values.scopes?.split(',').map((scope) => scope.trim()).filter(Boolean)
    process.stdout.write(`${await createKey(parseConfig(readEnv()), { account: values.account, name: values.name, scopes })}\n`)
  } catch (error) {
    const { message, cause } = toFault(error)
    process.stderr.write(`${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`)
    process.exitCode = 1
  }
} else {
  process.stderr.write(usage)
  process.exitCode = command === 'help' || values.help ? 0 : 2
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { account: { type: 'string' }, name: { type: 'string' }, scopes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`)
    return { values: {} as { account?: string; name?: string; scopes?: string; help?: boolean }, positionals: [] }
  }
}
