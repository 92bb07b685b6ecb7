import { useQueryClient } from '@tanstack/react-query'
import { File, Folder, Gem, PackageOpen } from 'lucide-react'
import { deleteUpload, type Root, type Upload } from '../api/uploads.ts'
import { formatBytes } from '../lib/bytes.ts'
import { shortCid } from '../lib/links.ts'
import { Age } from './age.tsx'
import { ConfirmDelete } from './confirm.tsx'
import { CopyButton } from './copy-button.tsx'
import { OpenLink } from './root-links.tsx'

const kinds = { file: { icon: File, word: 'File' }, directory: { icon: Folder, word: 'Folder' }, car: { icon: PackageOpen, word: 'CAR' }, token: { icon: Gem, word: 'Token' } }

/** Roots in the row; a CAR may have very many. */
const shown = 5

export function UploadRow({ upload }: { upload: Upload }) {
  const client = useQueryClient()
  const { icon: Icon, word } = kinds[upload.kind]
  const name = upload.name || upload.roots[0]?.name || 'Unnamed'
  const onDone = () => {
    void client.invalidateQueries({ queryKey: ['uploads'] })
    void client.invalidateQueries({ queryKey: ['pins'] })
  }
  return (
    <li className="flex items-start gap-3 border-t border-line px-4 py-3">
      <Icon size={20} className="mt-2 shrink-0 text-brand" aria-hidden />
      <div className="min-w-0 grow">
        <p className="truncate text-sm font-medium" title={name}>
          {name}
        </p>
        <p className="text-xs text-soft">
          {word} · {formatBytes(upload.bytes)} · <Age at={upload.created} />
        </p>
        <ul className="mt-1">
          {upload.roots.slice(0, shown).map((root) => (
            <RootRow key={root.cid} root={root} name={name} />
          ))}
        </ul>
        {upload.roots.length > shown && <p className="text-xs text-soft">and {upload.roots.length - shown} more roots</p>}
      </div>
      <ConfirmDelete label={`Delete ${name}`} title={`Delete ${name}?`} verb="Delete" action={() => deleteUpload(upload.id)} onDone={onDone}>
        The pins that were made with this upload go too. What another pin or upload holds stays.
      </ConfirmDelete>
    </li>
  )
}

function RootRow({ root, name }: { root: Root; name: string }) {
  return (
    <li className="flex items-center">
      <span className="min-w-0 truncate font-mono text-xs text-soft" title={root.cid}>
        {shortCid(root.cid)}
      </span>
      <CopyButton text={root.cid} what={`CID of ${root.name ?? name}`} />
      <OpenLink cid={root.cid} name={root.name ?? name} />
    </li>
  )
}
