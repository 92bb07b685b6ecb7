import { Globe, House, Unplug } from 'lucide-react'
import type { Instance } from '../api/instance.ts'
import { Announcing } from './announcing.tsx'

type Mode = Instance['network']['mode']

export const networkModes = {
  local: { icon: House, word: 'Local network', about: 'Only peers that you name are contacted: the origins of a pin, and those in THOLE_PEERS. Nothing leaves for the public IPFS network.' },
  public: { icon: Globe, word: 'Public network', about: 'Peers anywhere may connect and fetch what you keep, which is announced to the public DHT. Pins are fetched from the origins that they name, from THOLE_PEERS, and from whoever the DHT names.' },
  none: { icon: Unplug, word: 'No network', about: 'No peers at all. Uploads and the gateway work; a CID that is not stored here cannot be fetched.' },
} as const satisfies Record<Mode, unknown>

/** One line of truth about the network, with the addresses for others to dial. */
export function NetworkNote({ network, forAdmin }: { network: Instance['network']; forAdmin: boolean }) {
  const { icon: Icon, word, about } = networkModes[network.mode]
  const well = network.state === 'running' || network.state === 'off'
  return (
    <details className="group min-w-0">
      <summary className="inline-flex list-none items-center gap-2 rounded-lg py-1 hover:text-ink">
        <Icon size={16} aria-hidden />
        <span>{word}</span>
        <span className={`size-2 rounded-full ${well ? 'bg-ok' : 'bg-wait'}`} aria-hidden />
        <span>{network.state}</span>
      </summary>
      <div className="mt-1 space-y-1">
        <p>{about} Set by THOLE_NETWORK.</p>
        {forAdmin && network.mode === 'public' && <Announcing />}
        {network.addresses.map((address) => (
          <p key={address} className="font-mono wrap-anywhere">
            {address}
          </p>
        ))}
      </div>
    </details>
  )
}
