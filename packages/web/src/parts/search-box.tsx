import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'

interface SearchBoxProps {
  label: string
  value: string
  onChange(value: string): void
}

/** Waits for a pause in the typing. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
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
    <div className="relative grow sm:max-w-72">
      <Search size={16} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-soft" aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        className="min-h-9 w-full rounded-lg border border-line bg-card py-1.5 pr-2 pl-9 text-base sm:text-sm"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}
