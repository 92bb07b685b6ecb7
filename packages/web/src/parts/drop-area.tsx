import { CloudUpload, FilePlus, FolderPlus } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { count } from '../lib/count.ts'
import { readDrop, readInput } from '../lib/entries.ts'
import { planUploads, type Picked } from '../lib/plan.ts'
import { uploads } from '../uploads.ts'
import { Button } from './button.tsx'
import { Problem } from './problem.tsx'
import { defaultChoices, UploadChoices, type Choices } from './upload-choices.tsx'

/** The big door. Files may be dropped anywhere on the page; the area lights up to say so. */
export function DropArea() {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const [choices, setChoices] = useState(defaultChoices)
  const [error, setError] = useState<unknown>()
  const [found, setFound] = useState<number>()
  const take = (read: () => Promise<Picked[]> | Picked[]) => {
    setError(undefined)
    setFound(0)
    // The first part of `read` runs at once, while the browser still holds the transfer.
    const picked = new Promise<Picked[]>((resolve) => resolve(read()))
    picked.then((all) => start(all, choices)).catch(setError).finally(() => setFound(undefined))
  }
  const over = usePageDrop((transfer) => take(() => readDrop(transfer, setFound)))
  const onPick = ({ currentTarget: input }: React.ChangeEvent<HTMLInputElement>) => {
    take(() => (input.files ? readInput(input.files) : []))
    input.value = ''
  }
  return (
    <div className="flex grow flex-col gap-3">
      <div
        className={`flex min-h-52 grow flex-col items-center justify-center gap-3 rounded-xl border-2 border-dashed px-4 py-8 text-center transition-colors ${
          over ? 'border-brand bg-brand-tint' : 'border-line bg-well'
        }`}
      >
        <CloudUpload size={44} strokeWidth={1.5} className={`text-brand transition-transform ${over ? 'scale-125' : ''}`} aria-hidden />
        <p className="text-lg font-semibold">{over ? 'Let go to upload' : 'Drop files or a folder here'}</p>
        <p className="h-5 text-sm text-soft tabular-nums" data-reading={found}>
          <span role="status">{found !== undefined && 'Looking at what was dropped'}</span>
          {found !== undefined && `: ${count(found, 'file')} …`}
        </p>
        <div className="flex flex-wrap justify-center gap-2">
          <Button look="primary" icon={FilePlus} onClick={() => files.current?.click()}>
            Choose files
          </Button>
          <Button icon={FolderPlus} onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
        </div>
        <input ref={files} type="file" multiple hidden onChange={onPick} aria-label="Files" data-testid="files" />
        <input ref={folder} type="file" multiple hidden onChange={onPick} aria-label="Folder" {...{ webkitdirectory: '' }} />
      </div>
      <Problem error={error} />
      <UploadChoices value={choices} onChange={setChoices} />
    </div>
  )
}

function start(picked: Picked[], { apart, name, profile, pin }: Choices) {
  uploads.add(planUploads(picked, { apart }), { name, profile, pin })
}

/** Whether files hover over the page. A page that does not take a drop would be left for the file. */
function usePageDrop(onDrop: (transfer: DataTransfer) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(onDrop)
  useEffect(() => {
    latest.current = onDrop
  })
  useEffect(() => {
    const controller = new AbortController()
    const listen = (type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) => window.addEventListener(type, listener, { signal: controller.signal })
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    listen('dragover', (event) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    })
    listen('dragleave', (event) => {
      if (event.relatedTarget === null) setOver(false)
    })
    listen('drop', (event) => {
      if (!hasFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      setOver(false)
      latest.current(event.dataTransfer)
    })
    return () => controller.abort()
  }, [])
  return over
}
