import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { pinStatuses, type PinFilter, type PinStatus } from '../api/pins.ts'

const words: Record<PinStatus, string> = { queued: 'Queued', pinning: 'Pinning', pinned: 'Pinned', failed: 'Failed' }

interface PinFiltersProps {
  filter: PinFilter
  /** Starts again at the newest. */
  onChange(filter: PinFilter): void
}

export function PinFilters({ filter, onChange }: PinFiltersProps) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div role="group" aria-label="Status" className="flex flex-wrap gap-1">
        {[undefined, ...pinStatuses].map((status) => (
          <button
            key={status ?? 'all'}
            type="button"
            aria-pressed={filter.status === status}
            onClick={() => onChange({ name: filter.name, status })}
            className="rounded-full px-2.5 py-1 text-sm text-soft hover:bg-well aria-pressed:bg-brand-tint aria-pressed:font-medium aria-pressed:text-brand-strong"
          >
            {status ? words[status] : 'All'}
          </button>
        ))}
      </div>
      <NameSearch value={filter.name ?? ''} onChange={(name) => onChange({ status: filter.status, name: name || undefined })} />
    </div>
  )
}

/** Waits for a pause in the typing. */
function NameSearch({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value)
  const [seen, setSeen] = useState(value)
  if (seen !== value) {
    setSeen(value)
    setText(value)
  }
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onChange(text.trim()), 250)
    return () => clearTimeout(timer)
  })
  return (
    <div className="relative grow sm:max-w-64">
      <Search size={16} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-soft" aria-hidden />
      <input
        type="search"
        aria-label="Search by name"
        placeholder="Search by name"
        className="w-full rounded-lg border border-line bg-card py-1.5 pr-2 pl-9 text-base sm:text-sm"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}
