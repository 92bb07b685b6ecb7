import type { Instance } from '../api/instance.ts'
import { networkModes } from './network-note.tsx'

/** What the three network settings mean, and which one holds. */
export function NetworkChoice({ mode }: { mode: Instance['network']['mode'] }) {
  return (
    <section aria-labelledby="network" className="text-sm">
      <h2 id="network" className="mb-2 font-semibold">
        Who this server talks to
      </h2>
      <ul className="space-y-2">
        {Object.entries(networkModes).map(([id, { icon: Icon, word, about }]) => (
          <li key={id} className={`flex gap-3 rounded-lg border p-3 ${id === mode ? 'border-brand bg-brand-tint' : 'border-line'}`}>
            <Icon size={18} className="mt-0.5 shrink-0 text-brand" aria-hidden />
            <div className="min-w-0">
              <p className="font-medium">
                {word} {id === mode && <span className="font-normal">– set now</span>}
              </p>
              <p className={id === mode ? '' : 'text-soft'}>{about}</p>
              {id !== mode && <p className="mt-1 font-mono text-xs text-soft">THOLE_NETWORK={id}</p>}
            </div>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-xs text-soft">To change it, start the server with the variable shown.</p>
    </section>
  )
}
