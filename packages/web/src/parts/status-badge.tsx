import { CircleCheck, Clock, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { PinStatus } from '../api/pins.ts'

const looks = {
  queued: { icon: Clock, colour: 'bg-wait-tint text-wait', word: 'Queued' },
  pinning: { icon: LoaderCircle, colour: 'bg-busy-tint text-busy', word: 'Pinning' },
  pinned: { icon: CircleCheck, colour: 'bg-ok-tint text-ok', word: 'Pinned' },
  failed: { icon: TriangleAlert, colour: 'bg-bad-tint text-bad', word: 'Failed' },
} as const

export function StatusBadge({ status }: { status: PinStatus }) {
  const { icon: Icon, colour, word } = looks[status]
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-full py-0.5 pr-2.5 pl-1.5 text-xs font-medium ${colour}`} data-status={status}>
      <Icon size={15} className={status === 'pinning' ? 'motion-safe:animate-spin' : ''} aria-hidden />
      {word}
    </span>
  )
}
