import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, Navigate, Outlet } from '@tanstack/react-router'
import { Download, Files, House, KeyRound, LogOut } from 'lucide-react'
import { instanceQuery } from '../api/instance.ts'
import { sessionQuery, signOut } from '../api/session.ts'
import { buttonClass, IconButton } from './button.tsx'
import { Mark } from './mark.tsx'
import { NetworkNote } from './network-note.tsx'

const places = [
  { to: '/', icon: House, word: 'Home' },
  { to: '/uploads', icon: Files, word: 'Uploads' },
  { to: '/keys', icon: KeyRound, word: 'Keys' },
] as const

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { data: session } = useQuery(sessionQuery)
  if (!session) return <Navigate to="/signin" search={{ to: location.pathname }} replace />
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="border-b border-line bg-card">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-1 px-3 sm:gap-4 sm:px-6">
          <Link to="/" className="flex shrink-0 items-center gap-2.5 rounded-lg pr-1" aria-label="Thole, home">
            <Mark />
            <span className="hidden text-lg font-semibold tracking-tight sm:inline">Thole</span>
          </Link>
          <nav aria-label="Main" className="flex min-w-0 grow">
            {places.map(({ to, icon: Icon, word }) => (
              <Link
                key={to}
                to={to}
                activeOptions={{ includeSearch: false, exact: true }}
                className="flex items-center gap-2 rounded-lg px-2.5 py-2 text-sm text-soft hover:bg-well hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-brand sm:px-3"
              >
                <Icon size={17} className="hidden sm:block" aria-hidden />
                {word}
              </Link>
            ))}
          </nav>
          <span className="hidden max-w-56 truncate text-sm text-soft md:inline" title={session.email}>
            {session.email}
          </span>
          <a href="/api/v1/account/export" download className={buttonClass('quiet', 'icon')} aria-label="Download everything" title="Download everything: uploads, pins and content, as a TAR">
            <Download size={17} aria-hidden />
          </a>
          {/* A full load leaves nothing of this person in memory. */}
          <IconButton icon={LogOut} label="Sign out" onClick={() => void signOut().finally(() => location.assign('/signin'))} />
        </div>
      </header>
      <main className="mx-auto w-full max-w-6xl grow px-3 py-4 sm:px-6 sm:py-6">
        <Outlet />
      </main>
      <footer className="border-t border-line text-xs text-soft">
        <div className="mx-auto flex max-w-6xl flex-wrap items-start justify-between gap-x-6 gap-y-1 px-3 py-3 sm:px-6">
          <NetworkNote network={instance.network} forAdmin={session.account.role === 'admin'} />
          <p className="py-1">
            Thole {instance.version} · <a className="underline hover:text-ink" href="/api/v1/openapi.json">API</a>
          </p>
        </div>
      </footer>
    </div>
  )
}
