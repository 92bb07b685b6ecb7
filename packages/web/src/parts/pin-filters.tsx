import { pinStatuses, type PinFilter, type PinStatus } from '../api/pins.ts'
import { understandCid } from '../lib/understand-cid.ts'
import { Chips } from './chips.tsx'
import { SearchBox } from './search-box.tsx'

const words: Record<PinStatus, string> = { queued: 'Queued', pinning: 'Pinning', pinned: 'Pinned', failed: 'Failed' }
const options = [{ value: undefined, word: 'All' }, ...pinStatuses.map((value) => ({ value, word: words[value] }))]

interface PinFiltersProps {
  filter: PinFilter
  /** Starts again at the newest. */
  onChange(filter: PinFilter): void
}

export function PinFilters({ filter, onChange }: PinFiltersProps) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Chips label="Status" value={filter.status} options={options} onChange={(status) => onChange({ name: filter.name, cid: filter.cid, status })} />
      <SearchBox label="Name or CID" value={filter.cid ?? filter.name ?? ''} onChange={(text) => onChange({ status: filter.status, ...(looksLikeCid(text) ? { cid: text } : { name: text || undefined }) })} />
    </div>
  )
}

function looksLikeCid(text: string): boolean {
  const understood = understandCid(text)
  return understood !== undefined && 'cid' in understood && understood.cid === text
}
