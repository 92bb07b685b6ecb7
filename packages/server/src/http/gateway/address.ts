/** What a URL names, before anything is looked up. */
export interface Address {
  namespace: 'ipfs' | 'ipns'
  /** The text that names the root, as written. */
  id: string
  /** What follows it, still percent-encoded: empty, or from a slash on. */
  rest: string
  /** `subdomain`: the root has a web origin of its own. `path`: it shares one with everything else on this host. */
  style: 'path' | 'subdomain'
  /** The host, port included, below which roots have origins of their own; undefined where this host knows none. */
  parent?: string
}

/** undefined: not an address of the gateway. `gatewayHosts` are names without port. */
export function parseAddress(host: string, path: string, gatewayHosts: readonly string[]): Address | undefined {
  const name = host.replace(/:\d*$/, '')
  const port = host.slice(name.length)
  const lower = name.toLowerCase()
  const parent = gatewayHosts.find((known) => lower === known || lower.endsWith(`.${known}`))
  if (parent !== undefined && lower !== parent) {
    const labels = /^(.+)\.(ipfs|ipns)$/i.exec(name.slice(0, -parent.length - 1))
    if (labels) return { namespace: namespaceOf(labels[2]!), id: labels[1]!, rest: path, style: 'subdomain', parent: parent + port }
  }
  const parts = /^\/(ipfs|ipns)(?:\/([^/]*)(\/.*)?)?$/s.exec(path)
  if (!parts) return undefined
  const [, namespace, id = '', rest = ''] = parts
  return { namespace: namespaceOf(namespace!), id, rest, style: 'path', parent: lower === parent ? host : undefined }
}

function namespaceOf(text: string): Address['namespace'] {
  return text.toLowerCase() === 'ipns' ? 'ipns' : 'ipfs'
}
