import type { LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'

const looks = {
  primary: 'bg-brand text-on-brand hover:bg-brand-strong font-medium',
  plain: 'border border-line bg-card text-ink hover:bg-well',
  danger: 'bg-bad text-card hover:opacity-90 font-medium',
  quiet: 'text-soft hover:bg-well hover:text-ink',
} as const

const shape = 'inline-flex items-center justify-center gap-2 rounded-lg text-sm transition-colors disabled:opacity-50'

export type Look = keyof typeof looks

export function buttonClass(look: Look = 'plain', size: 'text' | 'icon' = 'text'): string {
  return `${shape} ${looks[look]} ${size === 'icon' ? 'size-9 shrink-0' : 'min-h-9 px-3 py-1.5'}`
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: Look
  icon?: LucideIcon
}

export function Button({ look, icon: Icon, type = 'button', className = '', children, ...rest }: ButtonProps) {
  return (
    <button type={type} className={`${buttonClass(look)} ${className}`} {...rest}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </button>
  )
}

interface IconButtonProps extends ComponentProps<'button'> {
  label: string
  icon: LucideIcon
}

/** The label is its name and its tooltip. */
export function IconButton({ label, icon: Icon, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button type={type} className={buttonClass('quiet', 'icon')} aria-label={label} title={label} {...rest}>
      <Icon size={17} aria-hidden />
    </button>
  )
}
