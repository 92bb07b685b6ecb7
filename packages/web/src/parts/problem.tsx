import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
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
        {isOfServer(error) && <p className="text-ink">The log knows it as <code translate="no">{error.requestId}</code>.</p>}
        {children}
      </div>
    </div>
  )
}

/** Only whoever runs the server can find out why. */
function isOfServer(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status >= 500 && error.requestId !== undefined
}
