import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, tholed, type TestServer } from '../support/server.ts'

interface Finding {
  check: string
  verdict: 'ok' | 'warn' | 'bad'
  words: string
  help?: string
}

let server: TestServer
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thole-doctor-'))
  server = await startServer({ THOLE_NETWORK: 'local' })
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function ask(env: Readonly<Record<string, string>>): Promise<{ code: number | null; found: Map<string, Finding> }> {
  const { code, out } = await tholed(['doctor', '--json'], env)
  const findings = out.trim().split('\n').map((line) => JSON.parse(line) as Finding)
  // What is not well says what to do.
  for (const { verdict, help } of findings) expect(help === undefined).toBe(verdict === 'ok')
  return { code, found: new Map(findings.map((finding) => [finding.check, finding])) }
}

test('beside a server that is well, each line says so; what was never done is a warning', async () => {
  const { code, found } = await ask(server.env)
  expect(code).toBe(0)
  for (const check of ['server', 'data folder', 'blocks folder', 'free disk', 'database', 'clock', 'blocks', 'scrub', 'reclaim', 'jobs', 'network', 'address']) expect(found.get(check), check).toMatchObject({ verdict: 'ok' })
  expect(found.get('backup')).toMatchObject({ verdict: 'warn', help: expect.stringContaining('tholed backup') })
  await tholed(['backup', join(folder, 'backups')], server.env)
  expect((await ask(server.env)).found.get('backup')).toMatchObject({ verdict: 'ok' })
  const { code: again, out } = await tholed(['doctor'], server.env)
  expect(again).toBe(0)
  expect(out).toMatch(/^ok +server +process \d+ has run for \d+ s\n/)
})

test('without a server it tells what can be told, and makes nothing', async () => {
  await server.rest(async () => {
    const { code, found } = await ask(server.env)
    expect(code).toBe(0)
    expect(found.get('server')).toMatchObject({ verdict: 'warn' })
    expect(found.get('database')).toMatchObject({ verdict: 'ok' })
    expect(found.has('network')).toBe(false)
  })
  const nowhere = join(folder, 'nowhere')
  const { found } = await ask({ ...server.env, THOLE_DATA: nowhere })
  expect(found.get('data folder')).toMatchObject({ verdict: 'warn', words: expect.stringContaining('is not there') })
  expect(found.get('database')).toMatchObject({ verdict: 'warn' })
  expect(await readdir(folder)).not.toContain('nowhere')
})

test('what is wrong is told, and ends with 1', async () => {
  const open = join(folder, 'open')
  await mkdir(open)
  await chmod(open, 0o755)
  expect((await ask({ ...server.env, THOLE_DATA: open })).found.get('data folder')).toMatchObject({ verdict: 'warn', help: expect.stringContaining('chmod 700') })
  const full = await ask({ ...server.env, THOLE_DATA: open, THOLE_MIN_FREE: String(2 ** 52) })
  expect(full.found.get('free disk')).toMatchObject({ verdict: 'bad' })
  expect(full.code).toBe(1)
  const lost = await ask({ ...server.env, THOLE_DATA: open, THOLE_DATABASE_URL: 'postgres://127.0.0.1:1/none' })
  expect(lost.found.get('database')).toMatchObject({ verdict: 'bad', help: expect.stringContaining('PostgreSQL') })
  expect(lost.code).toBe(1)
})

test('services that the configuration names are asked, and no others', { timeout: 30_000 }, async () => {
  const named = { THOLE_PUBLIC_URL: 'http://127.0.0.1:1', THOLE_SMTP_URL: 'smtp://someone:a-password@127.0.0.1:1', THOLE_MAIL_FROM: 'a@example.org', THOLE_OIDC_ISSUER: 'http://127.0.0.1:1', THOLE_OIDC_CLIENT_ID: 'x', THOLE_OIDC_CLIENT_SECRET: 'a-secret' }
  const other = await startServer({ THOLE_NETWORK: 'none', ...named })
  try {
    const { code, found } = await ask(other.env)
    expect(code).toBe(1)
    for (const check of ['public URL', 'mail', 'OIDC']) expect(found.get(check), check).toMatchObject({ verdict: 'bad' })
    expect(found.get('proxy')).toMatchObject({ verdict: 'warn', help: expect.stringContaining('THOLE_TRUSTED_PROXIES') })
    expect(found.has('GitHub')).toBe(false)
    expect(JSON.stringify([...found])).not.toMatch(/a-password|a-secret/)
  } finally {
    await other.stop()
  }
})
