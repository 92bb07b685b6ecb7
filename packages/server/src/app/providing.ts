import type { Config } from '../config/config.ts'

/** Why nothing is ever announced with this configuration; undefined where it is. */
export function whyNotProviding({ network, provideRate }: Config): string | undefined {
  if (network.mode !== 'public') return `this server is set to THOLE_NETWORK=${network.mode}`
  if (network.bootstrap.length === 0) return 'the DHT is not used (THOLE_BOOTSTRAP=none)'
  return provideRate === 0 ? 'it is turned off (THOLE_PROVIDE_RATE=0)' : undefined
}
