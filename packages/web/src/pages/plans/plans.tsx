import { useQuery } from '@tanstack/react-query'
import { plansQuery, type Plan } from '../../api/plans.ts'
import { givenBy, priceOf } from '../../lib/plan-words.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'

export function PlansPage() {
  const { data, error } = useQuery(plansQuery)
  return (
    <Page title="Plans" about="What each plan gives and costs.">
      <Problem error={error} />
      <ul className="grid min-h-56 items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {data?.plans.map((plan) => (
          <li key={plan.id}>
            <PlanCard plan={plan} isCurrent={plan.id === data.current} />
          </li>
        ))}
      </ul>
      {data && (
        <Card className="space-y-2 p-4 text-sm" aria-labelledby="more">
          <CardTitle id="more">Get more</CardTitle>
          {data.current === undefined && <p>This account has no limits.</p>}
          <p className="whitespace-pre-line wrap-anywhere">{data.words || 'Ask the admin of this server for another plan.'}</p>
          {data.contact && <Contact at={data.contact} />}
        </Card>
      )}
    </Page>
  )
}

function PlanCard({ plan, isCurrent }: { plan: Plan; isCurrent: boolean }) {
  return (
    <Card className={`space-y-3 p-4 ${isCurrent ? 'border-brand' : ''}`} aria-labelledby={`plan-${plan.id}`}>
      <div className="flex items-start justify-between gap-2">
        <CardTitle id={`plan-${plan.id}`} className="wrap-anywhere">
          {plan.name}
        </CardTitle>
        {isCurrent && <span className="shrink-0 rounded-full bg-brand-tint px-2 py-0.5 text-xs">Yours</span>}
      </div>
      {plan.words && <p className="text-sm text-soft wrap-anywhere">{plan.words}</p>}
      <ul className="space-y-1 text-sm">
        {givenBy(plan).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="text-sm font-medium">{priceOf(plan)}</p>
    </Card>
  )
}

/** An address or a link; other text as it is. */
function Contact({ at }: { at: string }) {
  const href = /^https?:\/\//.test(at) ? at : /^[^\s@]+@[^\s@]+$/.test(at) ? `mailto:${at}` : undefined
  return href ? (
    <a href={href} className="text-brand underline wrap-anywhere" rel="noreferrer">
      {at}
    </a>
  ) : (
    <p className="wrap-anywhere">{at}</p>
  )
}
