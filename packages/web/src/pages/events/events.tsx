import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Activity } from 'lucide-react'
import { eventsQuery, topics, type Topic } from '../../api/events.ts'
import { uploadCommand } from '../../lib/commands.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Chips } from '../../parts/chips.tsx'
import { Command } from '../../parts/command.tsx'
import { Empty } from '../../parts/empty.tsx'
import { EventList } from '../../parts/event-list.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'

const route = getRouteApi('/house/events')
const options = [{ value: undefined, word: 'All' }, ...Object.entries(topics).map(([value, { word }]) => ({ value: value as Topic, word }))]

export function Events() {
  const { topic } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(eventsQuery({ topic }))
  const events = data?.pages.flat() ?? []
  return (
    <Page title="Events" about="What happened to this account, and who did it.">
      <Card className="pb-4" aria-label="Events">
        <div className="px-4 py-3">
          <Chips label="About" value={topic} options={options} onChange={(next) => void navigate({ search: { topic: next }, replace: true })} />
        </div>
        <div className="px-4 empty:hidden">
          <Problem error={error} />
        </div>
        {data === undefined && !error && <Waiting rows={8} />}
        {events.length > 0 && <EventList events={events} />}
        {data && events.length === 0 && (
          <Empty icon={Activity} title="Nothing has happened yet">
            <p>Uploads, pins, keys and sign-ins are told here, as they happen.</p>
            <div className="mt-4 text-left">
              <Command title="Make something happen, with a key of the Keys page" text={uploadCommand('$THOLE_KEY')} />
            </div>
          </Empty>
        )}
        {hasNextPage && (
          <div className="px-4 pt-4">
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Older
            </Button>
          </div>
        )}
      </Card>
    </Page>
  )
}
