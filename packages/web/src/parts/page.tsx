import type { ReactNode } from 'react'

interface PageProps {
  /** The heading, and the name of the tab. */
  title: string
  /** One sentence about what is to be seen here. */
  about?: ReactNode
  /** Buttons beside the heading. */
  actions?: ReactNode
  children: ReactNode
}

/** What each page of somebody who is signed in looks like. */
export function Page({ title, about, actions, children }: PageProps) {
  return (
    <div className="space-y-4 sm:space-y-6">
      <title>{`${title} – Thole`}</title>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {about && <p className="mt-1 max-w-2xl text-sm text-soft">{about}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
