import { File, Folder, Gem, PackageOpen, Trash2 } from 'lucide-react'
import { titleOf, type Upload } from '../../api/uploads.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { shortCid } from '../../lib/links.ts'
import { Age } from '../../parts/age.tsx'
import { IconButton } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { OpenLink } from '../../parts/root-links.tsx'
import { useDeleteUpload } from './use-delete-upload.ts'

export const kinds = { file: { icon: File, word: 'File' }, directory: { icon: Folder, word: 'Folder' }, car: { icon: PackageOpen, word: 'CAR' }, token: { icon: Gem, word: 'Token' } }

export function FileRow({ upload, onOpen }: { upload: Upload; onOpen(upload: Upload): void }) {
  const remove = useDeleteUpload()
  const { icon: Icon, word } = kinds[upload.kind]
  const title = titleOf(upload)
  const [root] = upload.roots
  return (
    <div className="flex h-full items-center gap-3 px-4" data-file={upload.id} data-cid={root?.cid}>
      <Icon size={20} className="shrink-0 text-brand" aria-label={word} />
      <div className="min-w-0 grow">
        <button type="button" className="block max-w-full truncate rounded text-left text-sm font-medium hover:text-brand" title={title} onClick={() => onOpen(upload)}>
          {title}
        </button>
        <p className="truncate text-xs text-soft">
          {formatBytes(upload.bytes)} · <Age at={upload.created} />
          {root && !root.pinned && ' · not pinned yet'}
          <span className="hidden font-mono sm:inline">{root && ` · ${shortCid(root.cid)}`}</span>
        </p>
      </div>
      <span className="hidden w-20 text-right text-xs text-soft tabular-nums md:inline">{root && root.visits > 0 && `${root.visits.toLocaleString('en')} views`}</span>
      <div className="-mr-2 flex shrink-0">
        {root && (
          <>
            <CopyButton text={root.cid} what={`CID of ${title}`} />
            <span className="hidden sm:inline">
              <OpenLink cid={root.cid} name={title} />
            </span>
          </>
        )}
        <IconButton icon={Trash2} label={`Delete ${title}`} onClick={() => remove(upload)} />
      </div>
    </div>
  )
}
