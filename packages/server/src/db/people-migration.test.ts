import { expect } from 'vitest'
import { openDb } from './index.ts'
import { migrations } from './migrations/index.ts'
import { textsFor } from './migrations/statement.ts'
import { describeOldDatabase } from './testing/old-database.ts'

/** A database of when an account was its e-mail, with somebody who is signed in. */
const before = [
  'create table schema_migration (name text primary key, applied bigint not null)',
  ...migrations.slice(0, 2).flatMap(({ name, statements }) => [...textsFor('postgres', statements), `insert into schema_migration values ('${name}', 1)`]),
  ...['ada', 'program'].map((id) => `insert into account values ('${id}', '${id}@example.org', 'user', 1, 0, 0)`),
  ...['ada', 'stray'].map((id) => `insert into member values ('m-${id}', '${id}@example.org', 'hash of ${id}', 5)`),
  `insert into member_session values ('0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'm-ada', 6, 7)`,
]

async function expectOwners(url: string): Promise<void> {
  const db = await openDb({ url })
  try {
    await db.migrate()
    expect(await db.read((r) => r.memberships.ofAccount('ada'))).toMatchObject([{ memberId: 'm-ada', role: 'owner', created: 5 }])
    expect(await db.read((r) => r.memberships.ofAccount('program'))).toEqual([])
    expect(await db.read((r) => r.memberships.ofMember('m-stray'))).toEqual([])
    expect(await db.read((r) => r.members.byId('m-ada'))).toEqual({ id: 'm-ada', email: 'ada@example.org', password: 'hash of ada', madeBy: 'operator', created: 5 })
    const [session] = await db.read((r) => r.members.sessions('m-ada'))
    expect(session).toMatchObject({ id: '0123456789abcdef0123456789abcdef', factors: 1, created: 6, seen: 7 })
    await db.write((w) => w.members.setPassword('m-ada', undefined))
    expect((await db.read((r) => r.members.byId('m-ada')))?.password).toBeUndefined()
  } finally {
    await db.close()
  }
}

describeOldDatabase('members own the accounts of their e-mail when the schema learns of roles', before, expectOwners)
