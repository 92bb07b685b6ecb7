import type { AuditEntry } from '../../api/audit.ts'
import { formatMoment } from '../../lib/age.ts'

export function AuditRow({ entry: { at, words, actor, account } }: { entry: AuditEntry }) {
  const isForOther = account?.email !== undefined && account.email !== actor.name
  return (
    <li className="flex flex-col gap-x-4 gap-y-0.5 border-t border-line px-4 py-2.5 text-sm sm:flex-row">
      <time dateTime={at} className="shrink-0 text-xs text-soft tabular-nums sm:w-44 sm:pt-0.5">
        {formatMoment(at)}
      </time>
      <p className="min-w-0 wrap-anywhere">
        {words}
        {isForOther && <span className="text-soft"> Account: {account.email}</span>}
      </p>
    </li>
  )
}
