import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ban, Play } from 'lucide-react'
import { changeAccount, type ListedAccount } from '../../api/directory.ts'
import type { Plan } from '../../api/plans.ts'
import { sessionQuery } from '../../api/session.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { count } from '../../lib/count.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Problem } from '../../parts/problem.tsx'

export function AccountRow({ account, plans }: { account: ListedAccount; plans: readonly Plan[] }) {
  const { id, email, role, created, suspended, plan = '', bytes, dags, month } = account
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const change = useMutation({ mutationFn: (to: { plan?: string | null; suspended?: boolean }) => changeAccount(id, to), onSuccess: () => client.invalidateQueries({ queryKey: ['accounts'] }) })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-3 text-sm" data-account={email}>
      <div className="min-w-0 grow basis-64">
        <p className="font-medium wrap-anywhere">
          {email}
          {role === 'admin' && <span className="ml-2 rounded-full bg-brand-tint px-2 py-0.5 text-xs font-normal">Admin</span>}
          {suspended && <span className="ml-2 rounded-full bg-bad-tint px-2 py-0.5 text-xs font-normal text-bad">Suspended</span>}
        </p>
        <p className="text-xs text-soft">
          {formatBytes(bytes)} in {count(dags, 'root')} · {formatBytes(month.sent)} sent and {count(month.requests, 'request')} this month · made <Age at={created} />
        </p>
      </div>
      <select
        aria-label={`Plan of ${email}`}
        className="min-h-9 max-w-full rounded-lg border border-line bg-card px-2 py-1.5 text-base sm:text-sm"
        value={plan}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ plan: event.target.value || null })}
      >
        <option value="">No limits</option>
        {plans.map(({ id: planId, name }) => (
          <option key={planId} value={planId}>
            {name}
          </option>
        ))}
      </select>
      {session?.account.id !== id && (
        <Button icon={suspended ? Play : Ban} aria-label={`${suspended ? 'Let go on' : 'Suspend'} ${email}`} disabled={change.isPending} onClick={() => change.mutate({ suspended: !suspended })}>
          {suspended ? 'Let go on' : 'Suspend'}
        </Button>
      )}
      <div className="basis-full empty:hidden">
        <Problem error={change.error} />
      </div>
    </li>
  )
}
