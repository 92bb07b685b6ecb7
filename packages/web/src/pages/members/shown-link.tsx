import { CopyButton } from '../../parts/copy-button.tsx'

/** A link to hand over; the only time that it is shown. */
export function ShownLink({ what, path, token }: { what: string; path: string; token: string }) {
  const link = `${location.origin}${path}#token=${token}`
  return (
    <section role="status" aria-label={what} className="space-y-3 rounded-xl border border-ok bg-ok-tint p-4">
      <p className="font-medium wrap-anywhere">{what} – hand over this link; it is not shown again</p>
      <p className="rounded-lg bg-card p-3 font-mono text-xs wrap-anywhere" data-testid="link">
        {link}
      </p>
      <CopyButton text={link} what="link" wide />
    </section>
  )
}
