import { expect, test } from 'vitest'
import { client, pattern } from '../support/api.ts'
import { testDatabase } from '../support/database.ts'
import { startServer } from '../support/server.ts'

const readingMs = 3_500
/** One second, and as much again for a machine that has others to serve. */
const lostMs = 2_000

test.each(['SQLite', 'PostgreSQL'])('who is killed while it serves loses what it counted in the last second at most (%s)', async (kind) => {
  await using after = new AsyncDisposableStack()
  const database = kind === 'PostgreSQL' ? after.adopt(await testDatabase(), (it) => it.drop()) : undefined
  const server = after.adopt(await startServer({ THOLE_NETWORK: 'none', ...(database && { THOLE_DATABASE_URL: database.url }) }), (it) => it.stop())
  const admin = client(server.url, await server.createKey(['account', 'admin']))
  const owner = client(server.url, await server.createKey(undefined, 'killed@example.org'))
  const [account] = (await admin.json('/api/v1/admin/accounts?search=killed@')).body.accounts
  const { body } = await owner.upload(pattern(5_000, 1))
  const path = `/ipfs/${body.roots[0].cid}`

  // Nobody asks for the usage meanwhile: asking has it written.
  const reads: { ended: number; bytes: number }[] = []
  let isKilled = false
  const reading = Array.from({ length: 4 }, async () => {
    while (!isKilled) {
      const read = await fetch(server.url + path).then((answer) => answer.arrayBuffer()).catch(() => undefined)
      if (read && !isKilled) reads.push({ ended: performance.now(), bytes: read.byteLength })
    }
  })
  await new Promise((resolve) => setTimeout(resolve, readingMs))
  const killed = performance.now()
  isKilled = true
  await server.kill()
  await Promise.all(reading)

  await server.killAndRestart()
  const { steps } = (await admin.json(`/api/v1/admin/accounts/${account.id}/usage?by=hour&from=${new Date(Date.now() - 7_200_000).toISOString()}`)).body
  const counted = (steps as { gateway?: { sent: number } }[]).reduce((sum, { gateway }) => sum + (gateway?.sent ?? 0), 0)
  const sumOf = (some: typeof reads) => some.reduce((sum, { bytes }) => sum + bytes, 0)
  const due = sumOf(reads.filter(({ ended }) => ended < killed - lostMs))
  expect(due).toBeGreaterThan(100_000)
  expect(counted).toBeGreaterThanOrEqual(due)
  // What was on its way at that moment may have been counted too.
  expect(counted).toBeLessThanOrEqual(sumOf(reads) + 8 * 5_000)
}, 60_000)
