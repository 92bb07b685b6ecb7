import { sql, type Selectable } from 'kysely'
import type { Account, MemberReads, MemberRow, MemberSession, MemberWrites } from '../../ports/db/index.ts'
import { prepare } from '../prepared.ts'
import { accountColumns, type AccountRow, toAccount } from './accounts.ts'
import type { Session } from '../session.ts'
import type { Tables } from '../tables.ts'

const bySession = prepare((q, { hash }: { hash: string }) =>
  q
    .selectFrom('member_session as s')
    .innerJoin('member as m', 'm.id', 's.member_id')
    .leftJoin('account as a', 'a.id', 's.account_id')
    .leftJoin('membership as p', (on) => on.onRef('p.member_id', '=', 's.member_id').onRef('p.account_id', '=', 's.account_id'))
    .select(['s.hash', 's.id', 's.account_id', 's.created', 's.seen', 's.agent', 's.address', 's.factors'])
    .select(['m.id as member_id', 'm.email', 'm.password', 'm.verified', 'm.made_by', 'm.totp', 'm.created as member_created', 'p.role'])
    .select(accountColumns.map((column) => `a.${column} as of_${column}` as const))
    .where('s.hash', '=', hash),
)

export function memberQueries(session: Session): MemberReads & MemberWrites {
  const { q, kind } = session
  const sessionsOf = (memberId: string) => q.deleteFrom('member_session').where('member_id', '=', memberId)
  return {
    byEmail: async (email) => toMember(await q.selectFrom('member').selectAll().where('email', '=', email).executeTakeFirst()),
    byId: async (id) => toMember(await q.selectFrom('member').selectAll().where('id', '=', id).executeTakeFirst()),

    async session(hash) {
      const [row] = (await bySession(session, { hash })).rows
      const member = row && toMember({ ...row, id: row.member_id, created: row.member_created, totp_step: 0 })
      return member && { session: toSession(row), member, account: accountIn(row), role: row.role ?? undefined }
    },

    async sessions(memberId) {
      return (await q.selectFrom('member_session').selectAll().where('member_id', '=', memberId).orderBy('created', 'desc').execute()).map(toSession)
    },

    async countRecoveryCodes(memberId) {
      const { n } = await q.selectFrom('recovery_code').select((e) => e.fn.countAll<number>().as('n')).where('member_id', '=', memberId).executeTakeFirstOrThrow()
      return n
    },

    totps: (after, limit) => q.selectFrom('member').select(['id', 'totp']).where('id', '>', after).orderBy('id').limit(limit).execute(),

    async insert({ madeBy, ...member }) {
      await q.insertInto('member').values({ ...member, made_by: madeBy, totp_step: 0 }).execute()
    },

    async lock(id) {
      const row = q.selectFrom('member').selectAll().where('id', '=', id)
      return toMember(await (kind === 'postgres' ? row.forUpdate() : row).executeTakeFirst())
    },

    async setPassword(id, password) {
      await q.updateTable('member').set({ password: password ?? null }).where('id', '=', id).execute()
    },

    async setVerified(id, now) {
      await q.updateTable('member').set({ verified: now }).where('id', '=', id).execute()
    },

    async setTotp(id, totp) {
      await q.updateTable('member').set({ totp: totp?.secret ?? null, totp_step: totp?.step ?? 0 }).where('id', '=', id).execute()
    },

    async rewriteTotp(id, was, secret) {
      await q.updateTable('member').set({ totp: secret }).where('id', '=', id).where('totp', '=', was).execute()
    },

    async useTotpStep(id, step) {
      const { numUpdatedRows } = await q.updateTable('member').set({ totp_step: step }).where('id', '=', id).where('totp_step', '<', step).executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async setRecoveryCodes(id, hashes) {
      await q.deleteFrom('recovery_code').where('member_id', '=', id).execute()
      if (hashes.length > 0) await q.insertInto('recovery_code').values(hashes.map((hash) => ({ hash, member_id: id }))).execute()
    },

    async useRecoveryCode(id, hash) {
      const { numDeletedRows } = await q.deleteFrom('recovery_code').where('hash', '=', hash).where('member_id', '=', id).executeTakeFirst()
      return numDeletedRows > 0n
    },

    async startSession({ memberId, accountId, ...rest }, keep) {
      await q.insertInto('member_session').values({ ...rest, member_id: memberId, account_id: accountId }).execute()
      const newest = q.selectFrom('member_session').select('hash').where('member_id', '=', memberId).orderBy('created', 'desc').limit(keep)
      await sessionsOf(memberId).where('hash', 'not in', newest).execute()
    },

    async touchSession(hash, now) {
      await q.updateTable('member_session').set({ seen: now }).where('hash', '=', hash).execute()
    },

    async setSessionAccount(hash, accountId) {
      await q.updateTable('member_session').set({ account_id: accountId }).where('hash', '=', hash).execute()
    },

    async endSession(hash) {
      await q.deleteFrom('member_session').where('hash', '=', hash).execute()
    },

    async endSessionById(memberId, id) {
      return (await sessionsOf(memberId).where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n
    },

    async endSessions(memberId, except) {
      await sessionsOf(memberId).where(except === undefined ? sql<boolean>`1 = 1` : sql<boolean>`hash <> ${except}`).execute()
    },

    async dropSessions(createdBefore) {
      await q.deleteFrom('member_session').where('created', '<', createdBefore).execute()
    },
  }
}

/** The account of a row that has it under names of their own. */
function accountIn(row: Record<`of_${keyof AccountRow}`, unknown>): Account | undefined {
  return row.of_id === null ? undefined : toAccount(Object.fromEntries(accountColumns.map((column) => [column, row[`of_${column}`]])) as unknown as AccountRow)
}

function toMember(row: Selectable<Tables['member']> | undefined): MemberRow | undefined {
  if (!row) return undefined
  const { id, email, created } = row
  return { id, email, created, madeBy: row.made_by, ...present({ password: row.password, verified: row.verified, totp: row.totp }) }
}

function toSession(row: Selectable<Tables['member_session']>): MemberSession {
  const { hash, id, created, seen, factors } = row
  return { hash, id, memberId: row.member_id, created, seen, factors, ...present({ accountId: row.account_id, agent: row.agent, address: row.address }) }
}

/** Without what is null. */
function present<T extends Record<string, unknown>>(values: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as { [Name in keyof T]?: NonNullable<T[Name]> }
}
