import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ScrollText } from 'lucide-react'
import { auditQuery } from '../../api/audit.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { AuditRow } from './audit-row.tsx'
import { AuditSearch } from './audit-search.tsx'

const route = getRouteApi('/house/admin/audit')

/** For admins: who did what. */
export function Audit() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(auditQuery(filter))
  const entries = found.data?.pages.flatMap((page) => page.entries)
  return (
    <Page title="Audit" about="Who did what: keys, sign-ins, roles, access, plans. Nothing here can be changed or deleted by hand.">
      <Card aria-label="Entries">
        <AuditSearch key={filter.account} filter={filter} onChange={(search) => void navigate({ search })} />
        <div className="px-4 pb-4 empty:hidden">
          <Problem error={found.error} />
        </div>
        {found.isPending && <Waiting rows={6} />}
        <ol>
          {entries?.map((entry) => (
            <AuditRow key={entry.id} entry={entry} />
          ))}
        </ol>
        {entries?.length === 0 && (
          <Empty icon={ScrollText} title="Nothing of that kind">
            <p>Choose another kind, or leave the account empty to see all of them.</p>
          </Empty>
        )}
        <More of={found} />
      </Card>
    </Page>
  )
}
