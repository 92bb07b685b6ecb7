/**
 * The path gateway shares its web origin with whatever else this host serves, so nothing there may run. What is not
 * known to be passive is sandboxed; roots with an origin of their own may do as they like in it.
 */
export function contentPolicy(type: string, style: 'path' | 'subdomain'): Record<string, string> {
  return style === 'subdomain' || isPassive(type) ? {} : { 'content-security-policy': 'sandbox' }
}

/** Types that no browser runs: no document with script, no stylesheet language, nothing unknown. */
function isPassive(type: string): boolean {
  const essence = type.split(';', 1)[0]!
  return passive.has(essence) || (/^(image|audio|video|font)\//.test(essence) && essence !== 'image/svg+xml')
}

// A PDF viewer does not open a sandboxed document; its scripts run in the viewer, not in the origin.
const passive = new Set(['text/plain', 'text/csv', 'application/json', 'application/pdf'])
