import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Users } from 'lucide-react'
import { accountsQuery } from '../../api/directory.ts'
import { plansQuery } from '../../api/plans.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { SearchBox } from '../../parts/search-box.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { AccountRow } from './account-row.tsx'

const route = getRouteApi('/house/admin/accounts')

/** For admins: who is here, what they use, and what they may. */
export function AccountsPage() {
  const { find = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: plans } = useQuery(plansQuery)
  const found = useInfiniteQuery(accountsQuery(find))
  const accounts = found.data?.pages.flat()
  return (
    <Page title="Accounts" about="Who is here, what they use, and what they may use.">
      <Card aria-label="Accounts">
        <div className="p-4">
          <SearchBox label="Find by e-mail" value={find} onChange={(text) => void navigate({ search: { find: text || undefined }, replace: true })} />
        </div>
        <div className="px-4 pb-4 empty:hidden">
          <Problem error={found.error} />
        </div>
        {found.isPending && <Waiting rows={3} />}
        <ul>
          {accounts?.map((account) => (
            <AccountRow key={account.id} account={account} plans={plans?.plans ?? []} />
          ))}
        </ul>
        {accounts?.length === 0 && (
          <Empty icon={Users} title="Nobody found">
            <p>No account has this in its e-mail address.</p>
          </Empty>
        )}
        <More of={found} />
      </Card>
    </Page>
  )
}
