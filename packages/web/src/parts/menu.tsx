import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'

/** A button that opens a list of things to do or to choose. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    // Not modal: that would put a style element into the page, which its content security policy forbids.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} collisionPadding={8} className="z-40 max-h-[80dvh] min-w-48 overflow-y-auto rounded-lg border border-line bg-card p-1 text-sm text-ink shadow-lg">
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const item = 'flex min-h-9 w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left outline-none select-none data-highlighted:bg-well'

export function MenuItem({ icon: Icon, onSelect, children }: { icon?: LucideIcon; onSelect(): void; children: ReactNode }) {
  return (
    <DropdownMenu.Item className={item} onSelect={onSelect}>
      {Icon && <Icon size={16} className="shrink-0 text-soft" aria-hidden />}
      {children}
    </DropdownMenu.Item>
  )
}

export function MenuLink({ icon: Icon, href, download, children }: { icon?: LucideIcon; href: string; download?: boolean; children: ReactNode }) {
  return (
    <DropdownMenu.Item asChild>
      <a href={href} download={download} className={item}>
        {Icon && <Icon size={16} className="shrink-0 text-soft" aria-hidden />}
        {children}
      </a>
    </DropdownMenu.Item>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; word: string }[]
  onChange(value: T): void
}

export function MenuChoice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-xs text-soft">{label}</DropdownMenu.Label>
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className={`${item} data-[state=checked]:font-medium data-[state=checked]:text-brand`}>
          {option.word}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}
