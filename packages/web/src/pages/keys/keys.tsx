import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { keysQuery } from '../../api/keys.ts'
import { sessionQuery } from '../../api/session.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { AccessCard } from './access-card.tsx'
import { KeyForm, type MadeKey } from './key-form.tsx'
import { KeyRow } from './key-row.tsx'
import { NewKey } from './new-key.tsx'
import { UseKey } from './use-key.tsx'

export function Keys() {
  const found = useInfiniteQuery(keysQuery)
  const { data: session } = useQuery(sessionQuery)
  const [made, setMade] = useState<MadeKey>()
  const keys = found.data?.pages.flatMap((page) => page.keys)
  return (
    <Page title="Keys" about="A key lets a program use this server in the name of the account: curl, Kubo, a build. Make one for each, so that you can revoke it alone.">
      <div className="grid items-start gap-4 sm:gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-4 sm:space-y-6">
          {made && <NewKey {...made} onClose={() => setMade(undefined)} />}
          <Card aria-labelledby="all-keys">
            <CardTitle id="all-keys" className="px-4 py-3">
              In use {found.data && <span className="font-normal text-soft tabular-nums">{(found.data.pages[0]?.count ?? 0).toLocaleString('en')}</span>}
            </CardTitle>
            <div className="px-4 pb-4 empty:hidden">
              <Problem error={found.error} />
            </div>
            {found.isPending && <Waiting rows={2} />}
            <ul>
              {keys?.map((key) => (
                <KeyRow key={key.id} value={key} />
              ))}
            </ul>
            {keys?.length === 0 && (
              <Empty icon={KeyRound} title="No keys yet">
                <p>Give one a name beside this, and copy a command below to try it.</p>
              </Empty>
            )}
            <More of={found} />
          </Card>
          <UseKey secret={made?.secret} />
        </div>
        <div className="min-w-0 space-y-4 sm:space-y-6">
          {session?.role === 'owner' && <KeyForm onMade={setMade} />}
          <AccessCard />
        </div>
      </div>
    </Page>
  )
}
