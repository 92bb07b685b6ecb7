import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Pin, Trash2 } from 'lucide-react'
import { dagQuery, type Dag } from '../../api/dags.ts'
import { instanceQuery } from '../../api/instance.ts'
import { addPin } from '../../api/pins.ts'
import { titleOf, type ListedRoot, type Upload } from '../../api/uploads.ts'
import { formatMoment } from '../../lib/age.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { count } from '../../lib/count.ts'
import { linksOf } from '../../lib/links.ts'
import { Button } from '../../parts/button.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Qr } from '../../parts/qr.tsx'
import { CopyLink, OpenLink, RootLinks } from '../../parts/root-links.tsx'
import { kinds } from './file-row.tsx'
import { useDeleteUpload } from './use-delete-upload.ts'

/** Roots that are told of; a CAR may have very many. */
const shown = 5

export function FileDetails({ upload, onGone }: { upload: Upload; onGone(): void }) {
  const remove = useDeleteUpload()
  return (
    <div className="space-y-5">
      <Facts facts={[{ word: 'Kind', text: kinds[upload.kind].word }, { word: 'Sent', text: formatBytes(upload.bytes) }, { word: 'When', text: formatMoment(upload.created) }]} />
      {upload.roots.slice(0, shown).map((root) => (
        <RootDetails key={root.cid} root={root} name={root.name ?? titleOf(upload)} />
      ))}
      {upload.roots.length > shown && <p className="text-sm text-soft">and {upload.roots.length - shown} more roots</p>}
      <Button
        icon={Trash2}
        onClick={() => {
          remove(upload)
          onGone()
        }}
      >
        Delete
      </Button>
    </div>
  )
}

function RootDetails({ root, name }: { root: ListedRoot; name: string }) {
  const { data: dag, error } = useQuery(dagQuery(root.cid))
  const { data: instance } = useSuspenseQuery(instanceQuery)
  const { open } = linksOf(root.cid, instance.urls)
  return (
    <section className="space-y-3" aria-label={`Root ${root.cid}`}>
      <div className="flex flex-wrap gap-2">
        <OpenLink cid={root.cid} name={name} wide />
        <CopyLink cid={root.cid} />
        {!root.pinned && <PinNow cid={root.cid} name={name} />}
      </div>
      <RootLinks cid={root.cid} />
      <Problem error={error} />
      <div className="min-h-24">{dag && <Facts facts={factsOf(dag, root)} />}</div>
      <Qr text={open} label={`QR code of ${open}`} />
    </section>
  )
}

function PinNow({ cid, name }: { cid: string; name: string }) {
  const client = useQueryClient()
  const pin = useMutation({ mutationFn: () => addPin({ cid, name }), onSettled: () => Promise.all(['uploads', 'pins'].map((key) => client.invalidateQueries({ queryKey: [key] }))) })
  return (
    <>
      <Button icon={Pin} disabled={pin.isPending || pin.isSuccess} onClick={() => pin.mutate()}>
        {pin.isSuccess ? 'Pinned' : 'Pin'}
      </Button>
      <Problem error={pin.error} />
    </>
  )
}

function factsOf(dag: Dag, { pinned, expires }: ListedRoot) {
  const { bytes, blocks, missingCount, damaged, replicas, visits, lastVisit, own } = dag
  return [
    { word: 'Here', text: bytes === undefined || blocks === undefined ? `${count(missingCount, 'block')} missing` : `${formatBytes(bytes)} in ${count(blocks, 'block')}` },
    { word: 'Kept', text: pinned ? 'pinned' : 'until deleted; pinned when it is read first' },
    { word: 'Stored', text: replicas ? placesOf(replicas) : 'on this server' },
    expires !== undefined && { word: 'Ends unread', text: formatMoment(expires) },
    damaged && { word: 'Damaged', text: `${count(damaged.blocks, 'block')}. ${damaged.repair}` },
    { word: 'Views', text: `${count(visits, 'view')}, ${own.visits.toLocaleString('en')} of them yours` },
    { word: 'Last view', text: lastVisit === undefined ? 'never' : formatMoment(lastVisit) },
  ]
}

function placesOf({ confirmed, wanted, reason }: NonNullable<Dag['replicas']>): string {
  const here = `on this server and ${confirmed.length} of ${count(wanted, 'other node')}`
  return confirmed.length === 0 ? `${here}${reason ? ` (${reason})` : ''}` : `${here}: ${confirmed.join(', ')}`
}
