import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { accessQuery, dismissAccessNotice } from '../api/access.ts'
import { sessionQuery } from '../api/session.ts'
import { ExpiringNotice } from './expiring-notice.tsx'
import { Notice } from './notice.tsx'
import { PlanNotice } from './plan-notice.tsx'

/** What the person has to know, above every page. */
export function Notices() {
  return (
    <div className="space-y-3 not-empty:mb-4" aria-live="polite">
      <AccessNotice />
      <ExpiringNotice />
      <PlanNotice />
    </div>
  )
}

/** How the request for access to pinning was decided, until it has been read. */
function AccessNotice() {
  const client = useQueryClient()
  const { data } = useQuery(accessQuery)
  const { data: session } = useQuery(sessionQuery)
  const dismiss = useMutation({ mutationFn: dismissAccessNotice, onSuccess: () => client.invalidateQueries({ queryKey: accessQuery.queryKey }) })
  const request = data?.request
  if (!request?.decided || request.seen || session?.role !== 'owner') return null
  const said = request.message ? ` The admin says: ${request.message}` : ''
  return (
    <Notice look={request.state === 'approved' ? 'good' : 'warning'} onDismiss={() => dismiss.mutate()}>
      {request.state === 'approved' ? 'You have access to the pinning API: your keys may pin by CID from now on.' : 'Your request for the pinning API was declined. Uploads go on as before.'}
      {said}
    </Notice>
  )
}
