import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { isPart, pathOf, titleOf, uploadsQuery, type Upload } from '../../api/uploads.ts'
import { hiddenStore } from '../../lib/undoable.ts'
import { Card } from '../../parts/card.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { DropArea } from '../../parts/drop-area.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { TransferList } from '../../parts/transfer-list.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { FileDetails } from './file-details.tsx'
import { FileList } from './file-list.tsx'
import { FileTools } from './file-tools.tsx'
import { FirstFile, NothingFound } from './no-files.tsx'

const route = getRouteApi('/house/files')

export function Files() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(uploadsQuery(filter))
  const hidden = useSyncExternalStore(hiddenStore.subscribe, hiddenStore.snapshot)
  const [open, setOpen] = useState<Upload>()
  const uploads = useMemo(() => (data?.pages ?? []).flatMap((page) => page.uploads).filter((upload) => !isPart(upload) && !hidden.has(pathOf(upload))), [data, hidden])
  const more = useCallback(() => void (isFetchingNextPage || fetchNextPage()), [isFetchingNextPage, fetchNextPage])
  return (
    <Page title="Files">
      <Card className="p-4" aria-label="Upload">
        <DropArea />
      </Card>
      <TransferList />
      <Card aria-labelledby="files">
        <FileTools filter={filter} count={data?.pages[0]?.count} onChange={(next) => void navigate({ search: next, replace: true, resetScroll: false })} />
        <div className="px-4 pb-4 empty:hidden">
          <Problem error={error} />
        </div>
        {data === undefined && !error && <Waiting rows={8} />}
        {uploads.length > 0 && <FileList uploads={uploads} hasMore={hasNextPage} more={more} onOpen={setOpen} />}
        {data && uploads.length === 0 && (filter.find ? <NothingFound onClear={() => void navigate({ search: {} })} /> : <FirstFile />)}
      </Card>
      <Dialog title={open ? titleOf(open) : ''} look="side" open={open !== undefined} onClose={() => setOpen(undefined)}>
        {open && <FileDetails upload={open} onGone={() => setOpen(undefined)} />}
      </Dialog>
    </Page>
  )
}
