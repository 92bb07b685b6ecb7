import { KeyRound } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'

/** The only time that a key is shown. */
export function NewKey({ name, secret, onClose }: { name: string; secret: string; onClose(): void }) {
  return (
    <section role="status" aria-label="New key" className="space-y-3 rounded-xl border border-ok bg-ok-tint p-4">
      <p className="flex items-center gap-2 font-medium">
        <KeyRound size={18} className="shrink-0 text-ok" aria-hidden />
        <span className="min-w-0 wrap-anywhere">The key “{name}” – copy it now, it is not shown again</span>
      </p>
      <p className="rounded-lg bg-card p-3 font-mono text-xs wrap-anywhere" data-testid="key">
        {secret}
      </p>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={secret} what="key" wide />
        <Button onClick={onClose}>I have copied it</Button>
      </div>
    </section>
  )
}
