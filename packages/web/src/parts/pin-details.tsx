import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../api/client.ts'
import { dagQuery } from '../api/dags.ts'
import { pinsQuery, type Pin } from '../api/pins.ts'
import { formatMoment } from '../lib/age.ts'
import { formatBytes } from '../lib/bytes.ts'
import { count } from '../lib/count.ts'
import { Facts } from './facts.tsx'
import { Problem } from './problem.tsx'
import { ProviderList } from './provider-list.tsx'
import { RootLinks } from './root-links.tsx'

/** Links, and what is here of the DAG. */
export function PinDetails({ pin, moving }: { pin: Pin; moving: boolean }) {
  const { data: dag, error } = useQuery(dagQuery(pin.cid))
  const { data: same } = useQuery(pinsQuery({ cid: pin.cid }))
  const others = same?.pins.filter(({ id }) => id !== pin.id) ?? []
  const { bytes, blocks } = dag?.bytes === undefined ? (pin.fetch ?? {}) : dag
  const facts = dag && [
    { word: 'State', text: dag.state },
    ...(bytes !== undefined && blocks !== undefined ? [{ word: 'Here', text: `${formatBytes(bytes)} in ${count(blocks, 'block')}` }] : []),
    { word: 'Missing', text: dag.missingCount === 0 ? 'nothing' : count(dag.missingCount, 'block') },
    ...(pin.damaged ? [{ word: 'Damaged', text: pin.damaged.first.map(({ path }) => `/${path}`).join(', ') }] : []),
    { word: 'Served', text: count(dag.visits, 'time') },
    ...(pin.fetch ? [{ word: 'Tried', text: count(pin.fetch.tries, 'time') }] : []),
    ...(moving && pin.fetch?.nextTry ? [{ word: 'Next try', text: formatMoment(pin.fetch.nextTry) }] : []),
    ...(pin.deadline ? [{ word: 'Given up', text: formatMoment(pin.deadline) }] : []),
    { word: 'Request', text: pin.id },
  ]
  return (
    <div className="mt-3 space-y-3">
      <RootLinks cid={pin.cid} />
      {isUnknown(error) ? <p className="text-sm text-soft">Nothing of it is here.</p> : <Problem error={error} />}
      {facts && <Facts facts={facts} />}
      {others.length > 0 && (
        <p className="text-sm">
          {count(same!.count - 1, 'other request')} of yours for the same content, which is stored once: {others.slice(0, 5).map(({ name, id }) => name ?? id).join(', ')}
          {same!.count - 1 > 5 && ' and more'}.
        </p>
      )}
      {pin.fetch && pin.fetch.providers.length > 0 && <ProviderList providers={pin.fetch.providers} />}
    </div>
  )
}

/** Of a pin that was given up, nobody remembers the DAG. */
function isUnknown(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}
