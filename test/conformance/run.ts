import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/program.ts'
import { startServer } from '../support/server.ts'
import { load, readDnslinks } from './fixtures.ts'
import { reportFile, specs } from './options.ts'
import { inWords, readTally } from './tally.ts'

/** Never looked up: the suite sends it as Host alone. */
const subdomainHost = 'example.com'

const program = process.env.GATEWAY_CONFORMANCE_BIN || 'gateway-conformance'
if (spawnSync(program, ['--version']).status === 0) {
  await using scratch = await temporaryFolder()
  process.exitCode = await run(process.argv.slice(2), scratch.path)
} else {
  process.stderr.write('There is no gateway-conformance: name it in GATEWAY_CONFORMANCE_BIN, or put it on PATH.\n')
  process.exitCode = 2
}

/** Has the suite ask a server of its own, which has the fixtures and no network. */
async function run(args: readonly string[], scratch: string): Promise<number> {
  const folder = process.env.GATEWAY_CONFORMANCE_FIXTURES || (await extractFixtures(join(scratch, 'fixtures')))
  const dnslinks = await readDnslinks(folder)
  const server = await startServer({
    THOLE_NETWORK: 'none',
    THOLE_GATEWAY_HOSTS: `${subdomainHost},localhost`,
    THOLE_TRUSTED_PROXIES: '127.0.0.1',
    THOLE_DNSLINK_HOSTS: [...dnslinks.keys()].join(','),
    THOLE_DNSLINKS: [...dnslinks].map((pair) => pair.join(':')).join(','),
  })
  try {
    const refused = await load(server.url, await server.createKey(), folder)
    process.stdout.write(refused.map((words) => `${words}\n`).join(''))
    const report = reportFile(args) ?? join(scratch, 'report.json')
    const own = reportFile(args) === undefined ? ['--json-output', report] : []
    const suite = spawn(program, ['test', '--gateway-url', server.url, '--subdomain-url', `http://${subdomainHost}`, ...specs(args), ...own, ...args], { stdio: 'inherit' })
    const [code] = (await once(suite, 'close')) as [number | null]
    const tally = await readTally(report)
    process.stdout.write(`${tally.failed > 0 ? `${server.output()}\n` : ''}${inWords(tally)}\n`)
    return code === 0 && tally.failed === 0 ? 0 : 1
  } finally {
    await server.stop()
  }
}

/** Those that the program brings along. */
async function extractFixtures(folder: string): Promise<string> {
  await runProgram(program, ['extract-fixtures', '--directory', folder])
  return folder
}
