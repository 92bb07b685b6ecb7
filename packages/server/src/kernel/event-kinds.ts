/** What must be known later: written in the transaction that does it. */
export const auditKinds = [
  'account.created',
  'account.suspended',
  'account.resumed',
  'account.plan-set',
  'member.signed-in',
  'member.sign-in-refused',
  'member.signed-out',
  'member.invited',
  'member.joined',
  'member.claimed',
  'member.role-changed',
  'member.removed',
  'member.password-changed',
  'member.passkey-added',
  'member.passkey-removed',
  'member.second-factor-added',
  'member.second-factor-removed',
  'member.provider-linked',
  'session.revoked',
  'key.created',
  'key.changed',
  'key.revoked',
  'access.requested',
  'access.approved',
  'access.declined',
  'access.closed',
  'access.opened',
  'plan.created',
  'plan.changed',
  'plan.removed',
  'upload.expiring',
  'upload.expired',
  'quota.warned',
  'quota.reached',
  'settings.changed',
  'store.damaged',
  'store.repaired',
  'store.reclaimed',
  'job.retried',
  'letter.unsent',
] as const

/** What happens often: counted in memory, and written together. */
export const activityKinds = ['upload.received', 'upload.removed', 'pin.added', 'pin.pinned', 'pin.failed', 'pin.removed'] as const

export type AuditKind = (typeof auditKinds)[number]
export type ActivityKind = (typeof activityKinds)[number]
export type EventKind = AuditKind | ActivityKind

export function isAudit(kind: string): kind is AuditKind {
  return (auditKinds as readonly string[]).includes(kind)
}
