import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, Clock, ShieldCheck, type LucideIcon } from 'lucide-react'
import { pinCountsQuery, type PinStatus } from '../../api/pins.ts'
import { count } from '../../lib/count.ts'
import { Card } from '../../parts/card.tsx'
import { Problem } from '../../parts/problem.tsx'

const words: Record<PinStatus, string> = { pinned: 'Pinned', pinning: 'Pinning', queued: 'Queued', failed: 'Failed' }
const colours: Record<PinStatus, string> = { pinned: 'text-ok', pinning: 'text-busy', queued: 'text-wait', failed: 'text-bad' }

/** Whether all is safe that somebody wanted kept, in one sentence and four numbers. */
export function Safety() {
  const { data: counts, error } = useQuery(pinCountsQuery)
  const { icon: Icon, colour, sentence } = verdictOf(counts)
  return (
    <Card className="min-h-32 p-4" aria-label="What is safe">
      <div className="flex items-center gap-3">
        <Icon size={30} strokeWidth={1.6} className={`shrink-0 ${colour}`} aria-hidden />
        <p className="text-lg font-semibold" role="status">
          {sentence}
        </p>
      </div>
      <Problem error={error} />
      <ul className="mt-4 grid grid-cols-2 gap-2 sm:grid-cols-4">
        {(['pinned', 'pinning', 'queued', 'failed'] as const).map((status) => (
          <li key={status}>
            <Link to="/pins" search={{ status }} className="flex items-baseline gap-2 rounded-lg bg-well px-3 py-2 hover:bg-brand-tint">
              <span className={`text-lg font-semibold tabular-nums ${counts && counts[status] > 0 ? colours[status] : 'text-soft'}`}>{counts ? counts[status].toLocaleString('en') : '–'}</span>
              <span className="text-sm text-soft">{words[status]}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function verdictOf(counts: Record<PinStatus, number> | undefined): { icon: LucideIcon; colour: string; sentence: string } {
  if (counts === undefined) return { icon: Clock, colour: 'text-soft', sentence: 'Looking …' }
  const { pinned, pinning, queued, failed } = counts
  const coming = pinning + queued
  if (failed > 0) return { icon: CircleAlert, colour: 'text-bad', sentence: `${count(failed, 'pin')} failed: what they name is not kept here.` }
  if (coming > 0) return { icon: Clock, colour: 'text-wait', sentence: `${count(coming, 'pin')} on the way; ${pinned.toLocaleString('en')} safe here.` }
  if (pinned === 0) return { icon: ShieldCheck, colour: 'text-brand', sentence: 'Nothing is kept here yet. Drop a file to begin.' }
  return { icon: ShieldCheck, colour: 'text-ok', sentence: pinned === 1 ? 'The one pin is safe: complete, and here.' : `All ${pinned.toLocaleString('en')} pins are safe: complete, and here.` }
}
