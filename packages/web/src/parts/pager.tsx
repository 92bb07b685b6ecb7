import { ChevronLeft, ChevronRight } from 'lucide-react'
import { Button } from './button.tsx'

interface PagerProps {
  /** `created` of the last row of this page, where older ones follow. */
  older?: string
  /** Whether this is not the newest page. */
  paged: boolean
  go(before: string | undefined): void
}

export function Pager({ older, paged, go }: PagerProps) {
  if (!older && !paged) return null
  return (
    <nav aria-label="Pages" className="flex justify-between border-t border-line p-3">
      <Button icon={ChevronLeft} disabled={!paged} onClick={() => go(undefined)}>
        Newest
      </Button>
      <Button disabled={!older} onClick={() => go(older)}>
        Older
        <ChevronRight size={16} aria-hidden />
      </Button>
    </nav>
  )
}
