import { inside } from './doors.ts'

/** The doors by name, as metrics and logs tell them: a handful, whatever is asked for. */
export type Door = 'gateway' | 'psa' | 'web3' | 'nft' | 'pinion' | 'api' | 'routing' | 'abuse' | 'ops' | 'web'

const prefixes: readonly (readonly [string, Door])[] = [
  [inside.web3, 'web3'],
  [inside.nft, 'nft'],
  [`${inside.union}${inside.web3}`, 'web3'],
  [`${inside.union}${inside.nft}`, 'nft'],
  ['/psa', 'psa'],
  ['/api/pinning', 'psa'],
  ['/pinning', 'psa'],
  ['/api/v1', 'api'],
  ['/api/gateway', 'pinion'],
  ['/upload', 'pinion'],
  ['/gateway', 'pinion'],
  ['/routing', 'routing'],
  ['/abuse', 'abuse'],
  ['/healthz', 'ops'],
  ['/readyz', 'ops'],
  ['/metrics', 'ops'],
]

/** Whose path this is, as routes see it. */
export function doorOfPath(path: string): Door {
  const found = prefixes.find(([prefix]) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'))
  return found?.[1] ?? 'web'
}
