import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  open: boolean
  onClose(): void
  /** `side`: along the right edge, as high as the window. */
  look?: 'middle' | 'side'
  children: ReactNode
}

const looks = {
  middle: 'm-auto w-[min(32rem,calc(100vw-2rem))] rounded-xl',
  side: 'my-0 mr-0 ml-auto h-dvh max-h-none w-[min(30rem,100vw)] max-w-none rounded-l-xl',
}

/**
 * The browser's own dialog: it keeps the focus inside, closes with Escape, and gives the focus back. Those of libraries put style elements
 * into the page, which its content security policy forbids.
 */
export function Dialog({ title, open, onClose, look = 'middle', children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const { current } = dialog
    if (open && !current?.open) current?.showModal()
    if (!open && current?.open) current.close()
  }, [open])
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()} className={`border border-line bg-card p-0 text-ink ${looks[look]}`}>
      {open && (
        <div className="flex max-h-full flex-col">
          <div className="flex items-start justify-between gap-3 px-5 pt-4 pb-2">
            <h2 id={heading} className="pt-1.5 text-base font-semibold wrap-anywhere">
              {title}
            </h2>
            <IconButton icon={X} label="Close" onClick={onClose} />
          </div>
          <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
        </div>
      )}
    </dialog>
  )
}
