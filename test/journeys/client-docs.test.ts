import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type TestServer } from '../support/server.ts'

const root = join(import.meta.dirname, '../..')

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())

it('the examples of docs/client.md run, one after the other', async () => {
  const page = await readFile(join(root, 'docs/client.md'), 'utf8')
  const examples = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code!.replaceAll('http://127.0.0.1:3000', server.url))
  expect(examples.length).toBeGreaterThan(7)
  // From the folder of this project, where the names of packages lead somewhere.
  const options = { cwd: root, env: { ...process.env, THOLE_KEY: await server.createKey() } }
  const { stdout: out } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', examples.join('\n')], options)
  expect(out).toMatch(/^bafk\w+ Hello\n/)
  expect(out).toContain('\none bafk')
  expect(out).toContain('\nan image\n')
  expect(out).toContain('\nclient.md ')
  expect(out).toContain('\ncomplete 0 []\n')
  expect(out).toContain('\nNOT_FOUND 404 false ')
})
