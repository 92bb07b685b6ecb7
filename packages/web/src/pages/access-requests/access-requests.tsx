import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Inbox } from 'lucide-react'
import { accessRequestsQuery, accessStates } from '../../api/access.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { SelectField } from '../../parts/field.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { Openness } from './openness.tsx'
import { RequestRow } from './request-row.tsx'

const route = getRouteApi('/house/admin/access')
const words = { open: 'Waiting for an answer', approved: 'Approved', declined: 'Declined' } as const

/** For admins: who asks for access to pinning, and whether it is needed at all. */
export function AccessRequests() {
  const { state = 'open' } = route.useSearch()
  const navigate = route.useNavigate()
  const found = useInfiniteQuery(accessRequestsQuery(state))
  const requests = found.data?.pages.flatMap((page) => page.requests)
  return (
    <Page title="Access requests" about="Who asks to pin by CID. Uploads never need this.">
      <Openness />
      <Card aria-label="Requests">
        <div className="p-4 sm:max-w-64">
          <SelectField label="Show" value={state} onChange={(event) => void navigate({ search: { state: accessStates.find((known) => known === event.target.value) } })}>
            {accessStates.map((known) => (
              <option key={known} value={known}>
                {words[known]}
              </option>
            ))}
          </SelectField>
        </div>
        <div className="px-4 pb-4 empty:hidden">
          <Problem error={found.error} />
        </div>
        {found.isPending && <Waiting rows={2} />}
        <ul>
          {requests?.map((request) => (
            <RequestRow key={request.id} request={request} />
          ))}
        </ul>
        {requests?.length === 0 && (
          <Empty icon={Inbox} title="No requests here">
            <p>Where pinning needs access, people ask with a button on their page Keys, and programs with web3.storage’s /user/request.</p>
          </Empty>
        )}
        <More of={found} />
      </Card>
    </Page>
  )
}
