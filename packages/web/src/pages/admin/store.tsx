import { useQuery } from '@tanstack/react-query'
import { Boxes } from 'lucide-react'
import { segmentsQuery, storageQuery } from '../../api/health.ts'
import { formatMoment } from '../../lib/age.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { count } from '../../lib/count.ts'
import { uploadCommand } from '../../lib/commands.ts'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Command } from '../../parts/command.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { inWords, SegmentGrid } from './segment-grid.tsx'
import { StoreCare } from './store-care.tsx'

export function Store() {
  return (
    <Page title="Store" about="What lies on the disk or in the bucket, of all accounts; each block once.">
      <Totals />
      <Segments />
      <StoreCare />
    </Page>
  )
}

function Totals() {
  const { data, error } = useQuery(storageQuery)
  return (
    <Card className="min-h-20 p-4" aria-label="Totals">
      <Problem error={error} />
      {data && (
        <Facts
          facts={[
            { word: 'Stored', text: formatBytes(data.bytes) },
            { word: 'Blocks', text: data.blocks.toLocaleString('en') },
            { word: 'Segments', text: data.segments.toLocaleString('en') },
            data.free !== undefined && { word: 'Free', text: formatBytes(data.free) },
            { word: 'Damaged', text: data.damaged === 0 ? 'none' : <span className="text-bad">{count(data.damaged, 'block')}</span> },
            data.reclaim && { word: 'Last reclaim', text: `${formatMoment(data.reclaim.ended)}: ${formatBytes(data.reclaim.bytes)} freed${data.reclaim.blocked ? `; it waits, blocks are ${data.reclaim.blocked}` : ''}` },
          ]}
        />
      )}
    </Card>
  )
}

function Segments() {
  const { data, error } = useQuery(segmentsQuery)
  return (
    <Card className="min-h-40 p-4" aria-labelledby="segments">
      <CardTitle id="segments" className="mb-3">
        Segments
      </CardTitle>
      <Problem error={error} />
      {data && data.length > 0 && (
        <>
          <SegmentGrid segments={data} />
          <p className="mt-3 text-sm text-soft">{inWords(data)}</p>
        </>
      )}
      {data?.length === 0 && (
        <Empty icon={Boxes} title="Nothing is stored yet">
          <p>Blocks are kept in large files, segments, which appear here with the first upload.</p>
          <div className="mt-4 text-left">
            <Command title="Upload something" text={uploadCommand('$THOLE_KEY')} />
          </div>
        </Empty>
      )}
    </Card>
  )
}
