import type { DagStanding, DagStatus } from '../../domain/dags/index.ts'
import type { RootView } from '../../domain/uploads/index.ts'

type ToldRoot = Pick<RootView, 'cid' | 'created' | 'bytes' | 'keyName' | 'files' | 'name' | 'parts' | 'kind' | 'mediaType' | 'standing' | 'missingCount'>

/** What is told of an upload. Deals are none until this server makes some. */
export function nftView(root: ToldRoot, status?: DagStatus) {
  const { cid, created, bytes = 0, keyName, files = [], name, parts } = root
  const standing = status?.standing ?? root.standing
  return {
    cid,
    created: iso(created),
    type: typeOf(root),
    scope: keyName ?? 'session',
    files: files.map(({ name: file, mediaType }) => ({ name: file, type: mediaType ?? '' })),
    size: bytes,
    name: name ?? `Upload at ${iso(created)}`,
    parts,
    pin: { ...pinView({ cid, created, bytes, standing }), ...missingView(status?.missingCount ?? root.missingCount, status?.missing) },
    deals: [],
  }
}

/** The same of a root that anybody may have uploaded: paths are between its owner and us. */
export function checkView(cid: string, { created, bytes, standing, missingCount }: DagStatus) {
  return { cid, pin: { ...pinView({ cid, created, bytes, standing }), ...missingView(missingCount) }, deals: [] }
}

function pinView({ cid, created, bytes = 0, standing }: { cid: string; created: number; bytes?: number; standing: DagStanding }) {
  return { cid, created: iso(created), size: bytes, status: standing }
}

/** Blocks known to be missing, and the first of them with their paths, where it waits for parts. */
function missingView(count: number, first?: DagStatus['missing']) {
  return count === 0 ? {} : { missing: { count, first } }
}

/** NFT.Storage: `directory` for forms, `nft` for tokens, else the type of the body. */
function typeOf({ kind, mediaType }: ToldRoot): string {
  if (kind === 'directory') return 'directory'
  if (kind === 'token') return 'nft'
  return mediaType ?? (kind === 'car' ? 'application/car' : 'application/octet-stream')
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
