import { ArrowDownWideNarrow, ArrowUpNarrowWide } from 'lucide-react'
import { sorts, type Sort, type UploadFilter } from '../../api/uploads.ts'
import { IconButton } from '../../parts/button.tsx'
import { CardTitle } from '../../parts/card.tsx'
import { SearchBox } from '../../parts/search-box.tsx'

const words: Record<Sort, string> = { created: 'Newest', name: 'Name', bytes: 'Size' }

interface FileToolsProps {
  filter: UploadFilter
  count?: number
  onChange(filter: UploadFilter): void
}

/** What is shown, and in which order. */
export function FileTools({ filter, count, onChange }: FileToolsProps) {
  const sort = filter.sort ?? 'created'
  const order = filter.order ?? (sort === 'name' ? 'asc' : 'desc')
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-3">
      <CardTitle id="files">
        All files <span className="font-normal text-soft tabular-nums">{count?.toLocaleString('en')}</span>
      </CardTitle>
      <div className="flex grow flex-wrap items-center justify-end gap-2">
        <SearchBox label="Name or CID" value={filter.find ?? ''} onChange={(find) => onChange({ ...filter, find: find || undefined })} />
        <select aria-label="Order by" className="min-h-9 rounded-lg border border-line bg-card px-2 text-base sm:text-sm" value={sort} onChange={(event) => onChange({ find: filter.find, sort: event.target.value as Sort })}>
          {sorts.map((each) => (
            <option key={each} value={each}>
              {words[each]}
            </option>
          ))}
        </select>
        <IconButton
          icon={order === 'asc' ? ArrowUpNarrowWide : ArrowDownWideNarrow}
          label={order === 'asc' ? 'Ascending; turn it round' : 'Descending; turn it round'}
          onClick={() => onChange({ ...filter, order: order === 'asc' ? 'desc' : 'asc' })}
        />
      </div>
    </div>
  )
}
