import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { membersQuery } from '../../api/members.ts'
import { sessionQuery } from '../../api/session.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { InviteCard } from './invite-card.tsx'
import { MemberRow } from './member-row.tsx'
import { ResetCard } from './reset-card.tsx'

export function Members() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { data: members, error } = useQuery(membersQuery)
  const isOwner = session?.role === 'owner'
  return (
    <Page title="Members" about={<>Who belongs to the account of {session?.account.email}.</>}>
      <Card aria-labelledby="members">
        <CardTitle id="members" className="px-4 py-3">
          People
        </CardTitle>
        <div className="px-4 pb-4 empty:hidden">
          <Problem error={error} />
        </div>
        {!members && !error && <Waiting rows={1} />}
        <ul>
          {members?.map((member) => (
            <MemberRow key={member.id} member={member} isOwner={isOwner} isSelf={member.email === session?.email} />
          ))}
        </ul>
      </Card>
      {isOwner && <InviteCard where="members" title="Ask somebody into this account" about="They get a link by which they come in. Each role says what they may do." />}
      {isOwner && session?.account.role === 'admin' && (
        <>
          <InviteCard where="admin" title="Give somebody an account of their own" about="For people who use this server and have nothing to do with your files." />
          <ResetCard />
        </>
      )}
    </Page>
  )
}
