import './compile-cache.ts'

process.title = 'tholed'

const { runCommand } = await import('./commands/run-command.ts')
process.exitCode = await runCommand(process.argv.slice(2))
