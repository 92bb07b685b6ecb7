import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { noKubo, startKubo, type Kubo } from '../support/kubo.ts'
import { fill, type Belongings } from '../support/moving.ts'
import { runCommand, startServer, type TestServer } from '../support/server.ts'

describe.skipIf(noKubo)(`what moves out is read by Kubo${noKubo ? ` (${noKubo})` : ''}`, () => {
  let server: TestServer
  let kubo: Kubo
  let belongings: Belongings
  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
    belongings = await fill(server)
    kubo = await startKubo()
  })
  afterAll(async () => {
    await server?.stop()
    await kubo?.stop()
  })

  test('the CARs of an export, with every CID', async () => {
    await using folder = await temporaryFolder()
    const to = join(folder.path, 'export')
    await runCommand(['export', to], server.env)
    const cars = (await readdir(join(to, 'dags'))).map((name) => join(to, 'dags', name))
    await kubo.ipfs(['dag', 'import', ...cars])
    const pinned = (await kubo.ipfs(['pin', 'ls', '--type=recursive', '--quiet'])).toString()
    for (const cid of [belongings.file, belongings.folder, belongings.unpinned]) {
      expect(pinned).toContain(cid)
      const ours = new Uint8Array(await (await fetch(`${server.url}/ipfs/${cid}?format=car`)).arrayBuffer())
      const theirs = await kubo.ipfs(['dag', 'export', cid])
      expect(Buffer.compare(theirs, ours), cid).toBe(0)
    }
  })
})
