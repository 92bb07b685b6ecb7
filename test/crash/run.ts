import { readOptions, usage, type Options } from './options.ts'
import { runAll } from './run-all.ts'

const options = read()
if (options) {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const { summary, losses } = await runAll(options, (line) => process.stdout.write(`${line}\n`), stop.signal)
  process.stdout.write(`\n${summary}\n`)
  process.exitCode = losses > 0 ? 1 : 0
}

function read(): Options | undefined {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}
