import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

/** The frame of the pages before sign-in. */
export function Front({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col gap-6 px-4 pt-[12vh] pb-10">
      <title>{`${title} – Thole`}</title>
      <div className="flex flex-col items-center gap-3 text-center">
        <Mark size={52} />
        <h1 className="text-xl font-semibold">{title}</h1>
      </div>
      {children}
    </main>
  )
}
