import { Activity, Anchor, CircleAlert, Files, KeyRound, Users, type LucideIcon } from 'lucide-react'
import type { TholeEvent } from '../api/events.ts'

const icons: Record<string, LucideIcon> = { upload: Files, pin: Anchor, key: KeyRound, member: Users, session: Users, quota: CircleAlert, store: CircleAlert }

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' })
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })

interface EventListProps {
  events: readonly TholeEvent[]
  /** Of a day; `h3` below a heading of the second level. */
  heading?: 'h2' | 'h3'
}

/** What happened, newest first, each day under its name. */
export function EventList({ events, heading: Heading = 'h2' }: EventListProps) {
  const days = Map.groupBy(events, ({ at }) => day.format(new Date(at)))
  return (
    <div className="space-y-4">
      {[...days].map(([name, list]) => (
        <section key={name}>
          <Heading className="px-4 py-1 text-xs font-medium text-soft">{name}</Heading>
          <ul>
            {list.map((event) => (
              <EventRow key={event.id} event={event} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function EventRow({ event: { kind, at, words } }: { event: TholeEvent }) {
  const Icon = icons[kind.split('.')[0]!] ?? Activity
  const isBad = kind === 'pin.failed' || kind === 'store.damaged' || kind === 'quota.reached' || kind === 'member.sign-in-refused'
  return (
    <li className="flex min-h-10 items-start gap-3 px-4 py-1.5 text-sm" data-kind={kind}>
      <Icon size={17} className={`mt-0.5 shrink-0 ${isBad ? 'text-bad' : 'text-soft'}`} aria-hidden />
      <span className="min-w-0 grow wrap-anywhere">{words}</span>
      <time dateTime={at} title={new Date(at).toLocaleString()} className="shrink-0 text-xs leading-6 text-soft tabular-nums">
        {time.format(new Date(at))}
      </time>
    </li>
  )
}
