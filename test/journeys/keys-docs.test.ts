import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startServer } from '../support/server.ts'

const root = join(import.meta.dirname, '../..')

test('the example of docs/keys.md verifies a key', async () => {
  const server = await startServer({ THOLE_NETWORK: 'none' })
  try {
    const [, example] = /^```js\n([^]*?)^```$/m.exec(await readFile(join(root, 'docs/keys.md'), 'utf8'))!
    const env = { ...process.env, THOLE_KEY: await server.createKey(['pins:read', 'pins:write']) }
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', example!.replaceAll('http://127.0.0.1:3000', server.url)], { cwd: root, env })
    expect(stdout).toMatch(/^[\da-f-]{36} \[ 'pinning' \]\n$/)
  } finally {
    await server.stop()
  }
})
