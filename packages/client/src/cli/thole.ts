import { homedir } from 'node:os'
import module from 'node:module'

module.enableCompileCache?.() // Node 20 has none
process.title = 'thole'
// npm runs scripts in the folder of the package; paths are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'thole' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)

const { runThole } = await import('./run.ts')
const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort(new Error('interrupted')))
// Whoever read us went away (`thole ls | head`): nothing is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await runThole(process.argv.slice(2), { env: process.env, home: homedir(), stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, signal: interrupt.signal })
// A connection that is kept alive would hold the process for some seconds more.
process.stdout.write('', () => process.exit())
