import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { eventsQuery } from '../../api/events.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { DropArea } from '../../parts/drop-area.tsx'
import { EventList } from '../../parts/event-list.tsx'
import { Page } from '../../parts/page.tsx'
import { TransferList } from '../../parts/transfer-list.tsx'
import { Safety } from './safety.tsx'

/** What is safe, what is not, and the door for more. */
export function Home() {
  return (
    <Page title="Home">
      <Safety />
      <Card className="flex flex-col p-4" aria-label="Upload">
        <DropArea />
      </Card>
      <TransferList />
      <Latest />
    </Page>
  )
}

function Latest() {
  const { data } = useInfiniteQuery(eventsQuery({ limit: 8 }))
  const events = data?.pages[0] ?? []
  return (
    <Card aria-labelledby="latest" className="min-h-64 pb-3">
      <div className="flex items-center justify-between px-4 py-3">
        <CardTitle id="latest">Latest</CardTitle>
        <Link to="/events" className="text-sm text-brand underline">
          All events
        </Link>
      </div>
      {events.length > 0 && <EventList events={events.slice(0, 8)} heading="h3" />}
      {data && events.length === 0 && <p className="px-4 text-sm text-soft">Nothing has happened yet. What is uploaded and pinned is told here.</p>}
    </Card>
  )
}
