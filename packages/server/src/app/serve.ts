import { parseConfig, type Config } from '../config/config.ts'
import { readEnv } from '../config/env.ts'
import { toFault } from '../kernel/faults.ts'
import { blocksInWords } from './blocks.ts'
import { openApp, type App } from './open.ts'
import { replicasInWords } from './replicas.ts'

/** The server as a program: starts, greets, ends with a signal. */
export async function serve(): Promise<void> {
  try {
    const config = parseConfig(readEnv())
    const app = await openApp(config)
    process.stdout.write(await greeting(app, config))
    endWithSignal(app)
  } catch (error) {
    process.stderr.write(`\nThole could not start. ${words(error)}\n`)
    process.exitCode = 1
  }
}

async function greeting(app: App, config: Config): Promise<string> {
  const lines = [
    '',
    `  Thole is at   ${app.url}`,
    `  data folder   ${config.dataFolder}`,
    `  database      ${config.databaseUrl ? 'PostgreSQL' : 'SQLite, in the data folder'}`,
    `  network       ${networkWords[app.network]}`,
  ]
  if (config.replicas) lines.push(`  replicas      ${replicasInWords(config.replicas)}`)
  if ('bucket' in config.blocks) lines.push(`  blocks        ${blocksInWords(config)}`)
  const token = await app.setupToken()
  // Behind '#', so that no log on the way sees it.
  if (token) lines.push('', `  Make the first admin here, once:  ${app.url}/setup#token=${token}`)
  return `${lines.join('\n')}\n\n`
}

const networkWords = {
  local: 'local: dials only origins that requests name, and THOLE_PEERS; contacts no public service',
  public: 'public: peers may dial this server; the public network is asked for what nobody named has',
  none: 'none: nothing is dialled, nobody can dial here',
}

/** The first signal ends in order, the second at once. */
function endWithSignal(app: App): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.kill(process.pid, 'SIGKILL'))
      app.close().catch((error: unknown) => process.stderr.write(`${words(error)}\n`))
    })
  }
}

function words(error: unknown): string {
  const { code, message, cause } = toFault(error)
  if (code !== 'INTERNAL') return message
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return `Something else listens there already (${cause.message}); choose another THOLE_PORT.`
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}
