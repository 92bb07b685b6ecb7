import type { Provider } from '../api/pins.ts'
import { count } from '../lib/count.ts'

const colours: Partial<Record<Provider['state'], string>> = { connected: 'text-ok', answered: 'text-ok', failed: 'text-bad', lost: 'text-bad' }

/** Who was asked for a pin, and what they answered. */
export function ProviderList({ providers }: { providers: readonly Provider[] }) {
  return (
    <ul className="space-y-1" aria-label="Who was asked">
      {providers.map((provider, i) => (
        <li key={i} className="text-xs wrap-anywhere">
          <span className="font-mono">{provider.address}</span> <span className={colours[provider.state] ?? 'text-soft'}>{provider.state}</span>
          <span className="text-soft">{answerOf(provider)}</span>
        </li>
      ))}
    </ul>
  )
}

function answerOf({ reason, blocks, missing }: Provider): string {
  const facts = [reason, blocks > 0 && `sent ${count(blocks, 'block')}`, missing > 0 && `lacks ${count(missing, 'block')}`].filter(Boolean)
  return facts.length > 0 ? `: ${facts.join(', ')}` : ''
}
