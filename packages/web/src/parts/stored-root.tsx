import { ChevronRight } from 'lucide-react'
import type { Root } from '../api/uploads.ts'
import { CopyButton } from './copy-button.tsx'
import { CopyLink, OpenLink, RootLinks } from './root-links.tsx'

/** What an upload yields: the CID, and what people do with it next. */
export function StoredRoot({ root, name, open }: { root: Root; name: string; open: boolean }) {
  return (
    <div className="rounded-lg bg-well p-3">
      <p className="mb-2 font-mono text-xs wrap-anywhere sm:text-sm" data-testid="cid">
        {root.cid}
      </p>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={root.cid} what="CID" wide />
        <CopyLink cid={root.cid} />
        <OpenLink cid={root.cid} name={name} wide />
      </div>
      <details className="group mt-2 text-sm" open={open}>
        <summary className="inline-flex list-none items-center gap-1 rounded py-1 text-soft hover:text-ink">
          <ChevronRight size={16} className="transition-transform group-open:rotate-90" aria-hidden />
          All links
        </summary>
        <div className="mt-2">
          <RootLinks cid={root.cid} />
        </div>
      </details>
    </div>
  )
}
