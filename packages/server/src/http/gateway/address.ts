/** What a URL names, before anything is looked up. */
export interface Address {
  namespace: 'ipfs' | 'ipns'
  /** The text that names the root, as written. */
  id: string
  /** What follows it, still percent-encoded: empty, or from a slash on. */
  rest: string
  /** `subdomain`, `dnslink`: the root has a web origin of its own, the latter by its own domain. `path`: it shares one with everything else on this host. */
  style: 'path' | 'subdomain' | 'dnslink'
  /** The host, port included, below which roots have origins of their own; undefined where this host knows none. */
  parent?: string
  /** What stands before the namespace in paths of this door. */
  mount?: string
  /** Content may run on this host, which serves nothing else. */
  unsandboxed?: true
  /** URL of this server's own pages, where they are not on this host. */
  home?: string
}

/** Names without port, in lower case. */
export interface GatewayHosts {
  /** Those below which `{cid}.ipfs.` and `{name}.ipns.` give each root an origin of its own. */
  parents: readonly string[]
  /** Domains that are served as sites of their own; `*.example.org` stands for all below. */
  sites: readonly string[]
}

/** undefined: not an address of the gateway. */
export function parseAddress(host: string, path: string, { parents, sites }: GatewayHosts): Address | undefined {
  const { name, port } = splitHost(host)
  const lower = name.toLowerCase()
  for (const parent of parents) {
    const label = lower.endsWith(`.${parent}`) ? name.slice(0, -parent.length - 1) : ''
    const found = /\.(ipfs|ipns)$/i.exec(label)
    if (found && found.index > 0) return { namespace: namespaceOf(found[1]!), id: label.slice(0, found.index), rest: path, style: 'subdomain', parent: parent + port }
  }
  if (isSite(lower, sites)) return { namespace: 'ipns', id: lower, rest: path, style: 'dnslink' }
  const parts = /^\/(ipfs|ipns)(?:\/([^/]*)(\/.*)?)?$/s.exec(path)
  if (!parts) return undefined
  const [, namespace, id = '', rest = ''] = parts
  return { namespace: namespaceOf(namespace!), id, rest, style: 'path', parent: parents.includes(lower) ? host : undefined }
}

/** Whether a host is one of the gateway's own, whatever the path. */
export function isGatewayHost(host: string, hosts: GatewayHosts): boolean {
  const style = parseAddress(host, '/', hosts)?.style
  return style !== undefined || hosts.parents.includes(splitHost(host).name.toLowerCase())
}

/** The dot at the end of an absolute domain name says nothing. */
export function splitHost(host: string): { name: string; port: string } {
  const port = /:\d*$/.exec(host)?.[0] ?? ''
  const name = host.slice(0, host.length - port.length)
  return { name: name.endsWith('.') ? name.slice(0, -1) : name, port }
}

function isSite(name: string, sites: readonly string[]): boolean {
  return sites.some((site) => (site.startsWith('*.') ? name.endsWith(site.slice(1)) && name.length > site.length - 1 : name === site))
}

function namespaceOf(text: string): Address['namespace'] {
  return text.toLowerCase() === 'ipns' ? 'ipns' : 'ipfs'
}
