import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'

const looks = { good: { icon: CircleCheck, colours: 'bg-ok-tint', mark: 'text-ok' }, warning: { icon: TriangleAlert, colours: 'bg-wait-tint', mark: 'text-wait' } } as const

export function Notice({ look, onDismiss, children }: { look: keyof typeof looks; onDismiss(): void; children: ReactNode }) {
  const { icon: Icon, colours, mark } = looks[look]
  return (
    <div className={`flex items-start gap-3 rounded-lg py-1.5 pr-1.5 pl-3 text-sm ${colours}`}>
      <Icon size={18} className={`mt-2 shrink-0 ${mark}`} aria-hidden />
      <p className="min-w-0 grow py-1.5 wrap-anywhere">{children}</p>
      <IconButton icon={X} label="Dismiss" onClick={onDismiss} />
    </div>
  )
}
