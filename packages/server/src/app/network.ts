import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { embeddedNetwork, noNetwork } from '../network/index.ts'
import type { Log } from '../ports/log.ts'
import type { Network } from '../ports/network.ts'

/** The configured network driver; not started yet. */
export async function openNetwork({ dataFolder, network }: Config, log: Log): Promise<Network> {
  const keyFile = join(dataFolder, 'peer.key')
  if (network.mode === 'none') return noNetwork({ keyFile })
  return embeddedNetwork({ ...network, keyFile, log })
}
