import { useQuery } from '@tanstack/react-query'
import { Anchor, SearchX } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { pinsQuery, type PinFilter } from '../api/pins.ts'
import { Button } from './button.tsx'
import { Card, CardTitle } from './card.tsx'
import { Command } from './command.tsx'
import { Empty } from './empty.tsx'
import { Pager } from './pager.tsx'
import { PinFilters } from './pin-filters.tsx'
import { pinPath, PinRow } from './pin-row.tsx'
import { Problem } from './problem.tsx'
import { remotePinCommand } from '../lib/commands.ts'
import { hiddenStore } from '../lib/undoable.ts'
import { Waiting } from './waiting.tsx'

export function PinList({ filter, onFilter }: { filter: PinFilter; onFilter(filter: PinFilter): void }) {
  const { data, error, isPlaceholderData } = useQuery(pinsQuery(filter))
  const hidden = useSyncExternalStore(hiddenStore.subscribe, hiddenStore.snapshot)
  const pins = data?.pins.filter((pin) => !hidden.has(pinPath(pin)))
  const narrowed = filter.cid !== undefined || filter.status !== undefined || filter.name !== undefined || filter.before !== undefined
  return (
    <Card aria-labelledby="pins">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-3">
        <CardTitle id="pins">
          Pins {data && <span className="font-normal text-soft tabular-nums">{data.count.toLocaleString('en')}</span>}
        </CardTitle>
        {(narrowed || (data && data.count > 0)) && <PinFilters filter={filter} onChange={onFilter} />}
      </div>
      {error && (
        <div className="px-4 pb-4">
          <Problem error={error}>{data && <p className="text-ink">The list below may be old.</p>}</Problem>
        </div>
      )}
      {!data && !error && <Waiting rows={6} />}
      {pins && pins.length > 0 && (
        <ul className={isPlaceholderData ? 'opacity-60' : ''} aria-busy={isPlaceholderData}>
          {pins.map((pin) => (
            <PinRow key={pin.id} pin={pin} />
          ))}
        </ul>
      )}
      {data && data.pins.length === 0 && (narrowed ? <NothingFound onClear={() => onFilter({})} /> : <FirstPin />)}
      {data && <Pager paged={filter.before !== undefined} older={data.more ? data.pins.at(-1)?.created : undefined} go={(before) => onFilter({ ...filter, before })} />}
    </Card>
  )
}

function FirstPin() {
  return (
    <Empty icon={Anchor} title="Nothing is kept yet">
      <p>Name a CID above that another node has, or upload a file. What is pinned stays until you delete it.</p>
      <div className="mt-4 text-left">
        <Command title="Or from Kubo, with a key of the Keys page" text={remotePinCommand('$THOLE_KEY', `${location.origin}/psa`)} />
      </div>
    </Empty>
  )
}

function NothingFound({ onClear }: { onClear(): void }) {
  return (
    <Empty icon={SearchX} title="No such pins">
      <Button onClick={onClear}>Show all</Button>
    </Empty>
  )
}
