import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useId, useRef, type ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'
import { Problem } from './problem.tsx'

interface ConfirmDeleteProps {
  /** On the button that opens it: "Delete cat.jpg". */
  label: string
  title: string
  /** The word that does it: "Delete", "Revoke". */
  verb: string
  /** What will happen. */
  children: ReactNode
  action(): Promise<void>
  onDone(): void
}

/** A button that asks first. The browser's own dialog keeps the focus inside and closes with Escape. */
export function ConfirmDelete({ label, title, verb, children, action, onDone }: ConfirmDeleteProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const close = () => dialog.current?.close()
  const run = useMutation({
    mutationFn: action,
    onSuccess() {
      close()
      onDone()
    },
  })
  const open = () => {
    run.reset()
    dialog.current?.showModal()
  }
  return (
    <>
      <IconButton icon={Trash2} label={label} onClick={open} />
      <dialog ref={dialog} aria-labelledby={heading} className="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-xl border border-line bg-card p-5 text-ink">
        <h2 id={heading} className="text-base font-semibold wrap-anywhere">
          {title}
        </h2>
        <div className="mt-2 mb-4 text-sm text-soft">{children}</div>
        <Problem error={run.error} />
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" disabled={run.isPending} onClick={() => run.mutate()}>
            {verb}
          </Button>
        </div>
      </dialog>
    </>
  )
}
