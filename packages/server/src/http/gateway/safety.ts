import type { Address } from './address.ts'

/**
 * The path gateway shares its web origin with whatever else this host serves, so nothing there may run. What is not
 * known to be passive is sandboxed; roots with an origin of their own may do as they like in it, and so may all where the operator gave
 * them a host on which there is nothing else.
 */
export function contentPolicy(type: string, { style, unsandboxed }: Pick<Address, 'style' | 'unsandboxed'>): Record<string, string> {
  return style !== 'path' || unsandboxed || isPassive(type) ? {} : { 'content-security-policy': 'sandbox' }
}

/** Types that no browser runs: no document with script, no stylesheet language, nothing unknown. */
function isPassive(type: string): boolean {
  const essence = type.split(';', 1)[0]!
  return passive.has(essence) || (/^(image|audio|video|font)\//.test(essence) && essence !== 'image/svg+xml')
}

const passive = new Set(['text/plain', 'text/csv', 'application/json'])
