import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'

/** The only time that they are shown. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose(): void }) {
  return (
    <section role="status" aria-label="Recovery codes" className="space-y-3 rounded-xl border border-ok bg-ok-tint p-4">
      <p className="font-medium">Keep these recovery codes; they are not shown again</p>
      <p className="text-sm">Each lets you in once, if you have lost your device.</p>
      <ul className="grid gap-x-6 gap-y-1 rounded-lg bg-card p-3 font-mono text-xs sm:grid-cols-2" data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={codes.join('\n')} what="codes" wide />
        <Button onClick={onClose}>I have kept them</Button>
      </div>
    </section>
  )
}
