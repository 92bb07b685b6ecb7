import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../support/api.ts'
import { temporaryFolder } from '../support/folder.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

const program = process.env.GATEWAY_CONFORMANCE_BIN || 'gateway-conformance'
const missing = spawnSync(program, ['--version']).status === 0 ? undefined : 'there is no gateway-conformance: set GATEWAY_CONFORMANCE_BIN, or put it on PATH'

/** The parts of the gateway specification that the gateway speaks whole. */
const specs = ['trustless-block-gateway', 'path-raw-gateway']

/** Codecs that the upload door refuses. */
const refused = /plain-(json|cbor)/

describe.skipIf(missing)(`the gateway specification's own suite${missing ? ` (${missing})` : ''}`, () => {
  let server: TestServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    server = await startServer({ THOLE_NETWORK: 'none' })
    folder = await temporaryFolder()
    await runProgram(program, ['extract-fixtures', '--directory', folder.path])
    const api = client(server.url, await server.createKey())
    for (const name of await readdir(folder.path, { recursive: true })) {
      if (!name.endsWith('.car') || refused.test(name)) continue
      const { status, body } = await api.upload((await readFile(`${folder.path}/${name}`)) as BodyInit, '/api/v1/uploads', 'application/vnd.ipld.car')
      expect([name, status, body.detail]).toEqual([name, 201, undefined])
    }
  })
  afterAll(async () => {
    await server?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test.each(specs)('%s', async (spec) => {
    const report = `${folder.path}/${spec}.json`
    // Its exit code says less than its report.
    await runProgram(program, ['test', '--gateway-url', server.url, '--specs', spec, '--json', report]).catch(() => {})
    const lines = (await readFile(report, 'utf8')).split('\n').filter(Boolean)
    const events = lines.map((line) => JSON.parse(line) as { Action: string; Test?: string }).filter(({ Test }) => Test !== undefined)
    const named = (action: string) => events.filter(({ Action }) => Action === action).map(({ Test }) => Test)
    expect(named('fail')).toEqual([])
    expect(named('pass').length).toBeGreaterThan(20)
  })
})
