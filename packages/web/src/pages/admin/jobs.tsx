import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { jobsQuery, retryJob, type Jobs as Report } from '../../api/health.ts'
import { Age } from '../../parts/age.tsx'
import { Button } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Waiting } from '../../parts/waiting.tsx'

/** What each kind does, in words. */
const words: Record<string, string> = {
  'fetch-dag': 'Fetch what is pinned and not here',
  'settle-dag': 'Look whether a DAG is complete',
  'settle-partials': 'Look at DAGs that wait for parts',
  reclaim: 'Free what nobody holds',
  scrub: 'Check stored blocks',
  repair: 'Repair damaged blocks',
  announce: 'Announce to the network',
  letter: 'Send a letter',
}

export function Jobs() {
  const { data, error } = useQuery(jobsQuery)
  return (
    <Page title="Jobs" about="Work that outlives a request: it is tried again until it is done, also after a restart.">
      <Problem error={error} />
      <Card aria-labelledby="queue" className="overflow-x-auto pb-2">
        <CardTitle id="queue" className="px-4 py-3">
          Queue
        </CardTitle>
        {data ? <Kinds report={data} /> : <Waiting rows={6} />}
      </Card>
      <Card aria-labelledby="dead" className="pb-2">
        <CardTitle id="dead" className="px-4 py-3">
          Given up
        </CardTitle>
        {data?.dead.length === 0 && <p className="px-4 pb-3 text-sm text-soft">Nothing was given up.</p>}
        <ul>{data?.dead.map((job) => <DeadJob key={`${job.kind} ${job.key}`} job={job} />)}</ul>
      </Card>
    </Page>
  )
}

function Kinds({ report: { kinds, counted } }: { report: Report }) {
  const shown = (number: number) => (number >= counted ? `${counted.toLocaleString('en')}+` : number.toLocaleString('en'))
  return (
    <table className="w-full text-sm">
      <thead className="text-left text-xs text-soft">
        <tr>
          <th className="px-4 py-1 font-medium">Kind</th>
          <th className="px-2 py-1 text-right font-medium">Due</th>
          <th className="px-2 py-1 text-right font-medium">Later</th>
          <th className="px-2 py-1 text-right font-medium">Given up</th>
          <th className="px-4 py-1 text-right font-medium">Waits since</th>
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {kinds.map(({ kind, due, later, dead, oldest }) => (
          <tr key={kind} className="border-t border-line" data-kind={kind}>
            <th scope="row" className="px-4 py-2 text-left font-normal">
              {words[kind] ?? kind} <span className="hidden text-xs text-soft sm:inline">{words[kind] && kind}</span>
            </th>
            <td className="px-2 text-right">{shown(due)}</td>
            <td className="px-2 text-right">{shown(later)}</td>
            <td className={`px-2 text-right ${dead > 0 ? 'text-bad' : ''}`}>{shown(dead)}</td>
            <td className="px-4 text-right text-soft">{oldest === undefined ? '–' : <Age at={oldest} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function DeadJob({ job }: { job: Report['dead'][number] }) {
  const client = useQueryClient()
  const retry = useMutation({ mutationFn: () => retryJob(job), onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }) })
  return (
    <li className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-2 text-sm">
      <div className="min-w-0 grow">
        <p className="wrap-anywhere">
          {words[job.kind] ?? job.kind} <span className="font-mono text-xs text-soft">{job.key}</span>
        </p>
        <p className="text-xs wrap-anywhere text-bad">{job.error}</p>
        <Problem error={retry.error} />
      </div>
      <Button icon={RotateCw} disabled={retry.isPending} onClick={() => retry.mutate()}>
        Try again
      </Button>
    </li>
  )
}
