import { useId } from 'react'

interface CheckboxProps {
  label: string
  hint?: string
  checked: boolean
  onChange(checked: boolean): void
}

export function Checkbox({ label, hint, checked, onChange }: CheckboxProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5">
      <input id={id} type="checkbox" className="mt-0.5 size-4 shrink-0 accent-brand" checked={checked} onChange={(event) => onChange(event.target.checked)} aria-describedby={`${id}-hint`} />
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-xs text-soft empty:hidden">
          {hint}
        </p>
      </div>
    </div>
  )
}
