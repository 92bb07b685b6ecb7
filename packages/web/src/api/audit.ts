import { infiniteQueryOptions } from '@tanstack/react-query'
import { request } from './client.ts'

export interface AuditEntry {
  id: number
  /** ISO 8601. */
  at: string
  kind: string
  words: string
  actor: { kind: 'member' | 'key' | 'system'; name?: string }
  /** Whom it concerns; absent: the whole server. */
  account?: { id: string; email?: string }
}

export interface AuditFilter {
  topic?: string
  /** E-mail address. */
  account?: string
}

/** What an admin looks for, and the kinds of entries that tell of it. */
export const topics: Readonly<Record<string, { word: string; kinds: readonly string[] }>> = {
  keys: { word: 'Keys', kinds: ['key.created', 'key.changed', 'key.revoked'] },
  signIns: { word: 'Sign-ins', kinds: ['member.signed-in', 'member.sign-in-refused', 'member.signed-out', 'session.revoked', 'member.password-changed', 'member.passkey-added', 'member.passkey-removed', 'member.second-factor-added', 'member.second-factor-removed', 'member.provider-linked'] },
  people: { word: 'People and roles', kinds: ['account.created', 'account.suspended', 'account.resumed', 'member.invited', 'member.joined', 'member.role-changed', 'member.removed'] },
  access: { word: 'Pinning access', kinds: ['access.requested', 'access.approved', 'access.declined', 'access.closed', 'access.opened'] },
  plans: { word: 'Plans and quotas', kinds: ['account.plan-set', 'plan.created', 'plan.changed', 'plan.removed', 'quota.warned', 'quota.reached'] },
  uploads: { word: 'Uploads that end unread', kinds: ['upload.expiring', 'upload.expired'] },
  server: { word: 'This server', kinds: ['settings.changed', 'store.damaged', 'store.repaired', 'store.reclaimed', 'job.retried'] },
}

const pageSize = 50

export function auditQuery({ topic, account }: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['events', 'audit', { topic, account }],
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ limit: String(pageSize) })
      for (const kind of (topic && topics[topic]?.kinds) || []) asked.append('kind', kind)
      if (account) asked.set('account', account)
      if (pageParam) asked.set('before', String(pageParam))
      return request<{ entries: AuditEntry[] }>('GET', `admin/audit?${asked}`, undefined, signal)
    },
    initialPageParam: 0,
    getNextPageParam: ({ entries }) => (entries.length < pageSize ? undefined : entries.at(-1)?.id),
  })
}
