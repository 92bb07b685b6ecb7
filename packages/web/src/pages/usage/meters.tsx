import { Link } from '@tanstack/react-router'
import type { Share } from '../../api/usage.ts'
import { amountOf, subjects } from '../../lib/plan-words.ts'

const tints = { none: '', 75: 'bg-wait-tint', 90: 'bg-wait-tint', 100: 'bg-bad-tint' } as const

/** How much of the plan is used. */
export function Meters({ shares }: { shares: readonly Share[] }) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2">
      {shares.map((share) => (
        <li key={share.what} className={`rounded-lg border border-line p-3 ${tints[share.warning ?? 'none']}`}>
          <div className="flex items-baseline justify-between gap-2 text-sm">
            <span id={`share-${share.what}`} className="font-medium">
              {subjects[share.what]}
            </span>
            <span>{share.percent} %</span>
          </div>
          <progress className="meter mt-2" max={100} value={Math.min(share.percent, 100)} aria-labelledby={`share-${share.what}`} />
          <p className="mt-1 text-xs">
            {amountOf(share.what, share.used)} of {amountOf(share.what, share.limit)}
          </p>
          {share.warning && (
            <p className="mt-1 text-xs">
              {share.warning === 100 ? 'All of it is used. What is stored stays. ' : 'Soon it is used up. '}
              <Link to="/plans" className="underline">
                Get more
              </Link>
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
