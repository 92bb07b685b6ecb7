import { profiles } from '@thole/dag'
import type { Config } from '../config/config.ts'
import type { InstanceFacts } from '../http/api/instance.ts'
import type { Network } from '../ports/network.ts'
import { version } from './version.ts'

/** What this server tells anybody about itself. `address`: where it listens. */
export function instanceFacts({ http, network: { mode }, withNetwork }: Config, network: Network, address: string): InstanceFacts {
  const { driver, state, addresses } = network.status()
  const gateway = http.publicUrl ?? address
  const { protocol, port } = new URL(gateway)
  const host = http.gatewayHosts[0]
  return {
    version,
    network: { mode, byVariable: withNetwork === undefined, driver, state, addresses },
    urls: { gateway, subdomainGateway: host && `${protocol}//{cid}.ipfs.${host}${port && `:${port}`}`, psa: `${gateway}/psa` },
    limits: { maxBody: http.maxBody },
    profiles: Object.keys(profiles),
  }
}
