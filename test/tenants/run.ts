import { parseArgs } from 'node:util'
import { random } from '../crash/random.ts'
import { fuzzTenants } from './fuzz.ts'
import { startTenantServer } from './server.ts'
import { makeWorld } from './world.ts'

const usage = `npm run fuzz:tenants -- [--requests N] [--seed S] [--connections C] [--only CASE]

Asks every route of a running server as the owner of what it tells of and then as somebody else, and looks for what others should not
be told. Exits with 1 where something was, or where a route is new and nobody has said who may see what of it (test/tenants/recipes).
--seed and --only ask again what an earlier run asked.
`

try {
  const { values } = parseArgs({
    options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) }, connections: { type: 'string', default: '16' }, only: { type: 'string' } },
  })
  const [requests, connections] = [Number(values.requests), Number(values.connections)]
  if (!(requests > 0 && connections > 0)) throw new TypeError('--requests and --connections are numbers above 0')
  process.exitCode = await run(requests, connections, values.seed, values.only === undefined ? undefined : Number(values.only))
} catch (error) {
  process.stderr.write(`${error instanceof TypeError ? `${error.message}\n\n${usage}` : (error as Error).stack}\n`)
  process.exitCode = 2
}

async function run(requests: number, connections: number, seed: string, only?: number): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say(`seed ${seed}`)
  const begun = performance.now()
  const marks = marksOf(seed)
  await using server = await startTenantServer({ admin: 'admin@example.org', patron: `${marks.row}-owner@example.org` })
  const world = await makeWorld(server, marks, connections)
  const result = await fuzzTenants({ world, ways: server.ways, seed, requests, connections, only, report: say })
  world.api.close()
  say(`${result.requests} requests in ${result.cases} cases over ${server.ways.length} routes within ${Math.round((performance.now() - begun) / 1000)} s: ${result.leaks.length} leaks`)
  return result.leaks.length > 0 ? 1 : 0
}

function marksOf(seed: string) {
  const hex = random('marks', seed).whole(0x1000_0000, 0xffff_ffff).toString(16)
  return { row: `zq${hex}row`, content: `zq${hex}content` }
}
