import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, Navigate, Outlet } from '@tanstack/react-router'
import { Menu as MenuIcon } from 'lucide-react'
import { useState } from 'react'
import { instanceQuery } from '../api/instance.ts'
import { sessionQuery } from '../api/session.ts'
import { useLiveUpdates } from '../live/use-live-updates.ts'
import { IconButton } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Mark } from './mark.tsx'
import { Nav } from './nav.tsx'
import { NetworkNote } from './network-note.tsx'
import { Notices } from './notices.tsx'
import { PersonMenu } from './person-menu.tsx'
import { Toasts } from './toasts.tsx'

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { data: session } = useQuery(sessionQuery)
  const [isOpen, setOpen] = useState(false)
  useLiveUpdates(session?.account.id)
  if (!session) return <Navigate to="/signin" search={{ to: location.pathname }} replace />
  const admin = session.account.role === 'admin'
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-card focus:px-3 focus:py-2">
        Go to the content
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-card">
        <div className="flex h-14 items-center gap-2 px-3 sm:px-6">
          <div className="lg:hidden">
            <IconButton icon={MenuIcon} label="Menu" aria-haspopup="dialog" onClick={() => setOpen(true)} />
          </div>
          <Link to="/" className="flex min-w-0 items-center gap-2.5 rounded-lg pr-1" aria-label="Thole, home">
            <Mark />
            <span className="truncate text-lg font-semibold tracking-tight">Thole</span>
          </Link>
          <div className="min-w-0 grow" />
          <PersonMenu session={session} />
        </div>
      </header>
      <Dialog title="Go to" look="side" open={isOpen} onClose={() => setOpen(false)}>
        <Nav admin={admin} onGo={() => setOpen(false)} />
      </Dialog>
      <div className="flex grow">
        <aside className="sticky top-14 hidden h-[calc(100dvh-3.5rem)] w-56 shrink-0 overflow-y-auto border-r border-line bg-card p-3 lg:block">
          <Nav admin={admin} />
        </aside>
        <div className="flex min-w-0 grow flex-col">
          <main id="main" tabIndex={-1} className="mx-auto w-full max-w-6xl grow px-3 py-4 outline-none sm:px-6 sm:py-6">
            <Notices />
            <Outlet />
          </main>
          <footer className="border-t border-line text-xs text-soft">
            <div className="mx-auto flex max-w-6xl flex-wrap items-start justify-between gap-x-6 gap-y-1 px-3 py-3 sm:px-6">
              <NetworkNote network={instance.network} forAdmin={admin} />
              <p className="py-1">
                Thole {instance.version} · <a className="underline hover:text-ink" href="/api/v1/openapi.json">API</a>
              </p>
            </div>
          </footer>
        </div>
      </div>
      <Toasts />
    </div>
  )
}
