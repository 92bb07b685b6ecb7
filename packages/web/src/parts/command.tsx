import { CopyButton } from './copy-button.tsx'

/** A shell command, ready to paste. */
export function Command({ title, text }: { title: string; text: string }) {
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 text-xs font-medium text-soft">{title}</figcaption>
      <div className="flex items-start gap-1 rounded-lg bg-well py-1 pr-1 pl-3">
        <code className="min-w-0 grow py-1.5 font-mono text-xs whitespace-pre-wrap wrap-anywhere">{text}</code>
        <CopyButton text={text} what="command" />
      </div>
    </figure>
  )
}
