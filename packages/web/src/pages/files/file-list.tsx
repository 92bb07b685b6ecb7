import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Upload } from '../../api/uploads.ts'
import { FileRow } from './file-row.tsx'

interface FileListProps {
  uploads: readonly Upload[]
  hasMore: boolean
  more(): void
  onOpen(upload: Upload): void
}

/** Pixels of a row; `file-row.tsx` keeps to it. */
const rowHeight = 64
const skeletonRows = 3

/** As many rows as the window shows, whatever the list has: the rest is empty room of the same height. */
export function FileList({ uploads, hasMore, more, onOpen }: FileListProps) {
  const list = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [uploads.length === 0])
  const count = uploads.length + (hasMore ? skeletonRows : 0)
  const rows = useWindowVirtualizer({ count, estimateSize: () => rowHeight, overscan: 8, scrollMargin: top })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= uploads.length - 20) more()
  }, [hasMore, last, uploads.length, more])
  return (
    <div ref={list} role="list" aria-label="Files" className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map(({ index, start, key }) => {
        const upload = uploads[index]
        return (
          <div key={upload?.id ?? key} role="listitem" aria-setsize={hasMore ? -1 : uploads.length} aria-posinset={index + 1} className="absolute inset-x-0 h-16 border-t border-line" style={{ top: start - top }}>
            {upload ? <FileRow upload={upload} onOpen={onOpen} /> : <div className="m-4 h-8 rounded-lg bg-well motion-safe:animate-pulse" />}
          </div>
        )
      })}
    </div>
  )
}
