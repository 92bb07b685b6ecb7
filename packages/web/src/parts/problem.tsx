import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { messageOf, nextStep } from '../lib/advice.ts'

/** What went wrong and what to do next. Nothing where there is no error. */
export function Problem({ error, children }: { error: unknown; children?: ReactNode }) {
  if (!error) return null
  const step = nextStep(error)
  return (
    <div role="alert" className="flex gap-2 rounded-lg bg-bad-tint px-3 py-2 text-sm text-bad">
      <CircleAlert size={18} className="mt-px shrink-0" aria-hidden />
      <div className="min-w-0 grow wrap-anywhere">
        <p className="font-medium">{messageOf(error)}</p>
        {step && <p className="text-ink">{step}</p>}
        {children}
      </div>
    </div>
  )
}
