import { useSyncExternalStore } from 'react'
import { toastStore } from '../lib/toasts.ts'
import { Button } from './button.tsx'

/** What was just done, and how to undo it. Always there, so that screen readers notice when it changes. */
export function Toasts() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot)
  return (
    <div role="status" className="pointer-events-none fixed inset-x-3 bottom-3 z-50 flex flex-col items-center gap-2 sm:items-end">
      {toasts.map(({ id, words, undo }) => (
        <div key={id} className="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg border border-line bg-ink px-4 py-2 text-sm text-page shadow-lg" data-toast>
          <span className="min-w-0 wrap-anywhere">{words}</span>
          {undo && (
            <Button look="plain" onClick={undo.run}>
              {undo.word}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}
