import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Recycle, ShieldCheck } from 'lucide-react'
import { scrubQuery, startReclaim, startScrub, type Scrub } from '../../api/health.ts'
import { formatMoment } from '../../lib/age.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { count } from '../../lib/count.ts'
import { toast } from '../../lib/toasts.ts'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Problem } from '../../parts/problem.tsx'

/** What is done for the store now and then, and can be done now. */
export function StoreCare() {
  const client = useQueryClient()
  const { data, error } = useQuery(scrubQuery)
  const scrub = useMutation({ mutationFn: startScrub, onSuccess: (now) => client.setQueryData(scrubQuery.queryKey, now) })
  const reclaim = useMutation({ mutationFn: startReclaim, onSuccess: () => toast('What nobody holds is looked for now, and freed when its time has come.') })
  return (
    <div className="grid gap-4 sm:gap-6 md:grid-cols-2">
      <Card className="min-h-48 space-y-3 p-4" aria-labelledby="scrub">
        <CardTitle id="scrub">Scrub</CardTitle>
        <p className="text-sm text-soft">Reads every block and compares it with its hash. What is bad is kept out of use, and repaired where somebody has it.</p>
        <Problem error={error ?? scrub.error} />
        {data && <ScrubFacts scrub={data} />}
        <Button icon={ShieldCheck} disabled={data?.now !== undefined || scrub.isPending} onClick={() => scrub.mutate()}>
          {data?.now ? 'Under way' : 'Scrub now'}
        </Button>
      </Card>
      <Card className="min-h-48 space-y-3 p-4" aria-labelledby="reclaim">
        <CardTitle id="reclaim">Reclaim</CardTitle>
        <p className="text-sm text-soft">Gives back the room of what nobody holds any more, some time after its last holder let it go. It also happens by itself.</p>
        <Problem error={reclaim.error} />
        <Button icon={Recycle} disabled={reclaim.isPending} onClick={() => reclaim.mutate()}>
          Reclaim now
        </Button>
      </Card>
    </div>
  )
}

function ScrubFacts({ scrub: { now, last, next, damaged } }: { scrub: Scrub }) {
  return (
    <>
      {now && <progress className="meter block" aria-label="Share of the store that was read" max={1} value={now.share} />}
      <Facts
        facts={[
          now && { word: 'Under way', text: `${Math.floor(now.share * 100)} %, ${formatBytes(now.bytes)} read` },
          last && { word: 'Last', text: `${formatMoment(last.finished)}: ${formatBytes(last.bytes)}, ${count(last.damaged, 'bad block')}` },
          !now && next !== undefined && { word: 'Next', text: formatMoment(next) },
          { word: 'Damaged now', text: damaged.blocks === 0 ? 'nothing' : `${count(damaged.blocks, 'block')} of ${count(damaged.dags, 'DAG')}` },
        ]}
      />
    </>
  )
}
