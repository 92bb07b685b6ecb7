import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usageQuery, type Usage } from '../../api/usage.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { formatMoney } from '../../lib/money.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { History } from './history.tsx'
import { Meters } from './meters.tsx'

export function UsagePage() {
  const { data, error } = useQuery(usageQuery)
  return (
    <Page title="Usage" about="What this account holds and sends, and how far its plan reaches. Each root counts once, in full.">
      <Card className="min-h-44 space-y-4 p-4" aria-labelledby="now">
        <CardTitle id="now">{data?.plan ? `Plan: ${data.plan.name}` : 'Now'}</CardTitle>
        <Problem error={error} />
        {data && <Now usage={data} />}
      </Card>
      <History />
    </Page>
  )
}

function Now({ usage: { bytes, blocks, dags, uploads, keys, inFlightPins, month, plan, shares } }: { usage: Usage }) {
  return (
    <>
      {shares.length > 0 && <Meters shares={shares} />}
      <Facts
        facts={[
          { word: 'Stored', text: formatBytes(bytes) },
          { word: 'Roots', text: dags.toLocaleString('en') },
          { word: 'Blocks', text: blocks.toLocaleString('en') },
          { word: 'Uploads', text: uploads.toLocaleString('en') },
          { word: 'Keys', text: plan?.keys ? `${keys} of ${plan.keys}` : keys },
          { word: 'Pins that wait', text: plan?.inFlightPins ? `${inFlightPins} of ${plan.inFlightPins.toLocaleString('en')}` : inFlightPins.toLocaleString('en') },
          { word: 'Sent this month', text: formatBytes(month.sent) },
          { word: 'Requests this month', text: month.requests.toLocaleString('en') },
          plan && { word: 'Cost this month', text: formatMoney(month.cost, plan.currency) },
        ]}
      />
      <p className="text-sm text-soft">
        {plan ? 'What is stored stays, whatever is used up. ' : 'This account has no limits. '}
        <Link to="/plans" className="underline hover:text-ink">
          {plan ? 'What plans give, and how to get more' : 'See the plans'}
        </Link>
      </p>
    </>
  )
}
