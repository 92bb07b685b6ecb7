import { Link } from '@tanstack/react-router'
import { adminPlaces, places, type Place } from './places.ts'

/** Where one can go. `onGo`: a menu that is open closes. */
export function Nav({ admin, onGo }: { admin: boolean; onGo?: () => void }) {
  return (
    <nav aria-label="Main" className="space-y-4">
      <PlaceList list={places} onGo={onGo} />
      {admin && (
        <div>
          <p className="px-3 pb-1 text-xs font-medium text-soft" id="admin-places">
            This server
          </p>
          <PlaceList list={adminPlaces} onGo={onGo} labelledBy="admin-places" />
        </div>
      )}
    </nav>
  )
}

function PlaceList({ list, onGo, labelledBy }: { list: readonly Place[]; onGo?: () => void; labelledBy?: string }) {
  return (
    <ul className="space-y-0.5" aria-labelledby={labelledBy}>
      {list.map(({ to, icon: Icon, word }) => (
        <li key={to}>
          <Link
            to={to}
            onClick={onGo}
            activeOptions={{ includeSearch: false, exact: to === '/' }}
            className="flex items-center gap-3 rounded-lg px-3 py-2 text-sm text-soft hover:bg-well hover:text-ink aria-[current=page]:bg-brand-tint aria-[current=page]:font-medium aria-[current=page]:text-brand"
          >
            <Icon size={17} aria-hidden />
            {word}
          </Link>
        </li>
      ))}
    </ul>
  )
}
