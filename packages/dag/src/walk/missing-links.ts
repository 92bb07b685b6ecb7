import type { CID } from 'multiformats/cid'
import { decodeCid } from '../cid/bytes.ts'
import { identityBytes } from '../cid/codecs.ts'
import { joinPath, maxPathLength } from '../link-path.ts'
import { visitLinks } from '../links.ts'
import type { PlaceList } from './place-list.ts'
import type { WalkSource } from './source.ts'
import { takeTurns } from './turns.ts'

/** A block that is missing; `path` from the root, with `/` between link names, empty for the root itself. */
export interface MissingLink {
  cid: CID
  path: string
}

export interface Place {
  parent: number
  index: number
}

interface Surroundings {
  nodes: PlaceList
  source: WalkSource
  /** Characters of a path that are told: a longer one ends with "…"; default 1024. */
  maxPath?: number
}

/** Links to follow in one node: where each leads, to another node on the way or to what is looked for. */
type Wanted = Map<number, { node?: number; found?: MissingLink }>

const maxLevels = 1024
/** Bytes read to name missing blocks. */
const maxReadBytes = 16 << 20

/**
 * What stands at these places, with paths: each node on the way is read once, from the root down. Left out is what lies too deep, or
 * beyond the bytes that may be read.
 */
export async function findMissing(root: CID, places: readonly Place[], { nodes, source, maxPath = maxPathLength }: Surroundings): Promise<MissingLink[]> {
  const wanted = new Map<number, Wanted>()
  const ends = places.filter(({ parent }) => climb(parent, nodes, wanted)).map(({ parent, index }) => want(wanted, parent, index))
  const top = wanted.get(0)?.get(0)
  if (top === undefined) return []
  top.found = { cid: root, path: '' }
  const reached = [top]
  const turn = takeTurns()
  let left = maxReadBytes
  for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
    const { node, found } = next
    if (node === undefined || found === undefined) continue
    await turn()
    const { cid, path } = found
    const bytes = identityBytes(cid) ?? (left > 0 ? await source.get(cid) : undefined)
    if (bytes === undefined) continue
    left -= bytes.length + 1000
    const inside = wanted.get(node)!
    let index = -1
    visitLinks(
      cid,
      bytes,
      (from, at, end, name) => {
        const link = inside.get(++index)
        if (link === undefined) return
        link.found = { cid: decodeCid(from, at, end), path: joinPath(path, name(), maxPath) }
        reached.push(link)
      },
      maxPath,
    )
  }
  return ends.flatMap(({ found }) => found ?? [])
}

/** Notes the way from the root to this node. False where it is too long. */
function climb(node: number, nodes: PlaceList, wanted: Map<number, Wanted>): boolean {
  const way: number[] = []
  for (let at = node; at !== 0 && !wanted.has(at); at = nodes.parent(at)) {
    if (way.length === maxLevels) return false
    way.push(at)
  }
  for (const at of way) want(wanted, nodes.parent(at), nodes.index(at)).node = at
  return true
}

function want(wanted: Map<number, Wanted>, parent: number, index: number) {
  let inside = wanted.get(parent)
  if (inside === undefined) wanted.set(parent, (inside = new Map()))
  let link = inside.get(index)
  if (link === undefined) inside.set(index, (link = {}))
  return link
}
