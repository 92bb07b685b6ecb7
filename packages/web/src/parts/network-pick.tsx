import type { Instance } from '../api/instance.ts'
import { networkModes } from './network-note.tsx'

interface NetworkPickProps {
  instance: Instance
  value: 'local' | 'public'
  onChange(value: 'local' | 'public'): void
}

/** Whether to join the public network: chosen here where no variable says it. It holds from the next start on. */
export function NetworkPick({ instance: { network }, value, onChange }: NetworkPickProps) {
  return (
    <fieldset className="space-y-2 text-sm" disabled={network.byVariable}>
      <legend className="mb-2 font-medium">Who this server talks to</legend>
      {(['local', 'public'] as const).map((mode) => {
        const { icon: Icon, word, about } = networkModes[mode]
        const isNow = mode === network.mode
        return (
          <label key={mode} className="flex cursor-pointer gap-3 rounded-lg border border-line p-3 has-checked:border-brand has-checked:bg-brand-tint has-disabled:cursor-default">
            <input type="radio" name="network" value={mode} checked={(network.byVariable ? network.mode : value) === mode} onChange={() => onChange(mode)} className="mt-1 accent-brand" />
            <span className="min-w-0">
              <span className="flex items-center gap-2 font-medium">
                <Icon size={16} className="shrink-0 text-brand" aria-hidden />
                {word} {isNow && <span className="font-normal">– set now</span>}
              </span>
              <span className="block">{about}</span>
            </span>
          </label>
        )
      })}
      <p className="text-xs text-soft">
        {network.byVariable ? `The variable THOLE_NETWORK=${network.mode} is set, and wins over this page.` : value === network.mode ? 'Nothing to do: it is so now.' : 'It holds from the next start of the server on.'}
      </p>
    </fieldset>
  )
}
