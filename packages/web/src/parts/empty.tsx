import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** A list without rows, and how it gets some. */
export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <span className="rounded-full bg-brand-tint p-3 text-brand">
        <Icon size={26} aria-hidden />
      </span>
      <p className="font-medium">{title}</p>
      <div className="max-w-md text-sm text-soft">{children}</div>
    </div>
  )
}
