import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDb } from '../../db/index.ts'
import { scopes } from '../../kernel/scopes.ts'
import type { Account, Db } from '../../ports/db/index.ts'
import { openTokens } from '../../services/tokens/index.ts'
import type { Principal } from '../access/index.ts'
import { createKeys, type Keys } from './keys.ts'

describe('a key', () => {
  const account: Account = { id: 'a', email: 'a@example.org', role: 'user', created: 1, suspended: false }
  const owner: Principal = { account, scopes: new Set(scopes) }
  const unknown = expect.objectContaining({ code: 'UNAUTHENTICATED' })
  let folder: string
  let db: Db
  let now: number
  let keys: Keys

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thole-keys-'))
    db = await openDb({ url: join(folder, 'thole.db') })
    await db.migrate()
    await db.write((w) => w.accounts.insert(account))
    now = 1_000_000
    keys = await open()
  })
  afterEach(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const open = async () => createKeys({ db, tokens: await openTokens(db), clock: { now: () => now } })

  it('says whose it is and what it may do', async () => {
    const { id, token } = await keys.create(account, { name: 'k', scopes: ['pins:read'] })
    for (let i = 0; i < 2; i++) expect(await keys.authenticate(token)).toEqual({ account, scopes: new Set(['pins:read']), keyId: id, keyName: 'k' })
    await expect(keys.authenticate(`${token}x`)).rejects.toEqual(unknown)
  })

  it('ends with the revocation, though it was shown a moment ago, and though it is being looked up', async () => {
    const { id, token } = await keys.create(account, { name: 'k' })
    await keys.authenticate(token)
    now += 5_000
    const underWay = keys.authenticate(token)
    await keys.revoke(owner, id)
    await underWay.catch(() => {})
    await expect(keys.authenticate(token)).rejects.toEqual(unknown)
  })

  it('that another process revoked ends within a second', async () => {
    const { id, token } = await keys.create(account, { name: 'k' })
    await keys.authenticate(token)
    await (await open()).revoke(owner, id)
    now += 1_000
    await expect(keys.authenticate(token)).rejects.toEqual(unknown)
  })
})
