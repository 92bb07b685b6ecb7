import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, type RunningPostgres } from './postgres.ts'

/**
 * One PostgreSQL for a whole run of the tests, started when the first test asks for it: workers ask over a socket (database.ts)
 * and are told the URL.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'thole-tests-'))
  const path = join(folder, 'postgres.sock')
  let running: Promise<RunningPostgres> | undefined
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    running ??= startPostgres()
    running.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  process.env.THOLE_TEST_POSTGRES = path
  return async () => {
    server.close()
    const postgres = await running?.catch(() => undefined)
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
