import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node20, runCompliance, storeComplianceContents, type Verdict } from '../support/compliance.ts'
import { noClients } from '../support/pinning-clients.ts'
import { startServer, type TestServer } from '../support/server.ts'

const timeout = 180_000

/** A run for each: with what it pins stored beforehand, or not. The suite asks once a second, so they go side by side. */
const runs = {
  stored: { host: '127.0.0.2', stored: true, node: process.execPath },
  'stored, on Node 20': { host: '127.0.0.3', stored: true, node: node20 },
  absent: { host: '127.0.0.4', stored: false, node: process.execPath },
}

describe.skipIf(noClients)(`row 42: the compliance suite of the pinning API${noClients ? ` (${noClients})` : ''}`, () => {
  const servers: TestServer[] = []
  const verdicts = {} as Record<keyof typeof runs, Verdict>

  beforeAll(async () => {
    await Promise.all(Object.entries(runs).map(async ([name, { host, stored, node }]) => {
      if (node === undefined) return
      const server = await startServer({ THOLE_HOST: host })
      servers.push(server)
      const key = await server.createKey()
      if (stored) await storeComplianceContents(server.url, key)
      verdicts[name as keyof typeof runs] = await runCompliance(`${server.url}/psa`, key, node)
    }))
  }, timeout)
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  test('9 of 9 where the contents are stored', () => {
    expect(verdicts.stored).toEqual({ total: 9, passed: 9, red: [] })
  })

  test.skipIf(node20 === undefined)('9 of 9 on Node 20 too', () => {
    expect(verdicts['stored, on Node 20']).toEqual({ total: 9, passed: 9, red: [] })
  })

  test('8 of 9 where nobody has them: nothing is called pinned to please it', () => {
    expect(verdicts.absent).toEqual({ total: 9, passed: 8, red: [expect.stringMatching(/^Can create a pin with name=/)] })
  })
})
