interface ChipsProps<T> {
  /** What is chosen by them. */
  label: string
  value: T
  options: readonly { value: T; word: string }[]
  onChange(value: T): void
}

/** One of few, all of them in sight. */
export function Chips<T extends string | undefined>({ label, value, options, onChange }: ChipsProps<T>) {
  return (
    <div role="group" aria-label={label} className="-mx-2 flex flex-wrap gap-0.5 sm:mx-0 sm:gap-1">
      {options.map((option) => (
        <button
          key={option.value ?? ''}
          type="button"
          aria-pressed={value === option.value}
          onClick={() => onChange(option.value)}
          className="rounded-full px-2 py-1 text-sm text-soft hover:bg-well sm:px-2.5 aria-pressed:bg-brand-tint aria-pressed:font-medium aria-pressed:text-brand-strong"
        >
          {option.word}
        </button>
      ))}
    </div>
  )
}
