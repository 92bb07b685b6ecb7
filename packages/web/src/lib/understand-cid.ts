/** What somebody pasted, as it is understood. */
export type Understood =
  | { cid: string; /** Below the root; the whole root is pinned. */ path?: string; /** Name of a gateway that has it. */ gateway?: string }
  | { problem: string }

const cid = String.raw`Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{20,}|B[A-Z2-7]{20,}|z[1-9A-HJ-NP-Za-km-z]{20,}|k[0-9a-z]{20,}|f[0-9a-f]{20,}`
const bare = new RegExp(`^(${cid})((?:/.*)?)$`)
const uri = new RegExp(`^(?:ipfs:/*|/?ipfs/)(?:ipfs/)?(${cid})((?:[/?#].*)?)$`, 'i')

/** A CID, an `ipfs://` or `/ipfs/` address, or the address of a gateway; undefined where nothing was pasted yet. */
export function understandCid(text: string): Understood | undefined {
  const given = text.trim().replace(/^dweb:/, '')
  if (given === '') return undefined
  const plain = bare.exec(given) ?? uri.exec(given)
  if (plain) return found(plain[1]!, plain[2]!)
  if (/^(ipns:\/\/|\/?ipns\/)/i.test(given)) return { problem: 'This is a name, which may lead elsewhere tomorrow. Open it, and pin the CID that it leads to.' }
  if (/^https?:\/\//i.test(given) && URL.canParse(given)) return ofUrl(new URL(given))
  return { problem: 'This is no CID. One starts with “bafy”, “bafk” or “Qm”; an ipfs:// or gateway address works too.' }
}

function ofUrl({ hostname, host, pathname }: URL): Understood {
  const path = uri.exec(pathname)
  if (path) return { ...found(path[1]!, path[2]!), gateway: host }
  const [label = '', kind] = hostname.split('.')
  if (kind === 'ipfs' && bare.test(label)) return { ...found(label, pathname), gateway: host }
  if (kind === 'ipns' || pathname.startsWith('/ipns/')) return { problem: 'This is a name, which may lead elsewhere tomorrow. Open it, and pin the CID that it leads to.' }
  return { problem: 'This address has no CID in it.' }
}

function found(name: string, rest: string): Extract<Understood, { cid: string }> {
  const path = rest.replace(/[?#].*$/, '').replace(/^\/+|\/+$/g, '')
  return path === '' ? { cid: name } : { cid: name, path }
}
