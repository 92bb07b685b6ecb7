import { useId, type ComponentProps, type ReactNode } from 'react'

const box = 'w-full rounded-lg border border-line bg-card px-3 py-2 text-base sm:text-sm aria-invalid:border-bad'

interface About {
  label: string
  hint?: ReactNode
  error?: string
}

/** Label, input, and what is said about it, tied together for screen readers. */
export function Field({ label, hint, error, ...rest }: About & ComponentProps<'input'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input id={id} className={box} aria-invalid={error !== undefined} aria-describedby={`${id}-about`} {...rest} />
    </Frame>
  )
}

export function TextField({ label, hint, error, ...rest }: About & ComponentProps<'textarea'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea id={id} className={`${box} font-mono`} aria-describedby={`${id}-about`} {...rest} />
    </Frame>
  )
}

export function SelectField({ label, hint, error, ...rest }: About & ComponentProps<'select'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select id={id} className={box} aria-describedby={`${id}-about`} {...rest} />
    </Frame>
  )
}

function Frame({ id, label, hint, error, children }: About & { id: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children}
      <p id={`${id}-about`} className={`mt-1 text-xs wrap-anywhere empty:hidden ${error ? 'text-bad' : 'text-soft'}`}>
        {error ?? hint}
      </p>
    </div>
  )
}
