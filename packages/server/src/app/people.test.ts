import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/config.ts'
import { readEnv } from '../config/env.ts'
import { openDb } from '../db/index.ts'
import { withChosenNetwork } from './people.ts'

it('takes the network that was chosen on a page, unless a variable says which', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thole-people-'))
  const db = await openDb({ url: join(folder, 'thole.db') })
  try {
    await db.migrate()
    const given = parseConfig(readEnv({ THOLE_SWARM: '/ip4/127.0.0.1/tcp/0' }))
    expect((await withChosenNetwork(given, db)).network).toMatchObject({ mode: 'local', dialPrivate: true })
    await db.write((w) => w.instance.set('network-mode', 'public'))
    const chosen = await withChosenNetwork({ ...given, log: 'silent' }, db)
    expect(chosen).toMatchObject({ log: 'silent', network: { mode: 'public', dialPrivate: false, listen: ['/ip4/127.0.0.1/tcp/0'] }, names: { dns: { servers: [] } } })
    expect((await withChosenNetwork(parseConfig(readEnv({ THOLE_NETWORK: 'none' })), db)).network).toEqual({ mode: 'none' })
  } finally {
    await db.close()
    await rm(folder, { recursive: true })
  }
})
