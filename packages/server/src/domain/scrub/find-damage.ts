import { setImmediate as nextTurn } from 'node:timers/promises'
import { canonicalCid, CidSet, identityBytes, isInline, isLeaf, pendingLinks, type PendingLinks } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { DamagedLink } from '../../ports/db/index.ts'
import { intactBlock } from '../dags/index.ts'
import { hashText } from './hash-text.ts'

export interface FindOptions {
  blocks: BlockStore
  /** Nodes below which all is here; shared by the walks over many DAGs, and added to. */
  clean: CidSet
  signal?: AbortSignal
}

export interface Found {
  /** Distinct blocks that the store cannot give. */
  count: number
  /** The first of them. */
  first: DamagedLink[]
}

/** A node whose links are being followed. */
interface Level {
  cid: CID
  name: string
  links: PendingLinks
  isWhole: boolean
}

/** Damaged blocks of one DAG of which the path is told. */
const kept = 500
/** Beyond this many the rest is not counted. */
const maxCount = 100_000
const keptPath = 512
/** Nodes that are remembered to be clean, at some 30 bytes each; beyond, what DAGs share is walked again. */
const maxClean = 4_000_000
/** A level keeps its links until they are followed, and takes about so many bytes beside. */
const levelBytes = 800
const maxPendingBytes = 128 * 1024 * 1024
/** Milliseconds that one turn of the event loop may take; of all walks together, since there may be a million DAGs of one block. */
const turnMs = 4
let turnEnds = 0

/**
 * Walks a DAG that was complete, depth first, looking for blocks that the store cannot give; what lies below such a node is not known. A node
 * is told to be clean after all that is below it: so a walk over many DAGs reads each distinct clean node once. Fault DAG_LIMIT.
 */
export async function findDamage(root: CID, { blocks, clean, signal }: FindOptions): Promise<Found> {
  const found: Found = { count: 0, first: [] }
  const told = new Set<string>()
  const unclean = new CidSet()
  const levels: Level[] = []
  let pendingBytes = 0

  function tell(cid: CID, name: string): void {
    const hash = hashText(cid.multihash.bytes)
    if (told.has(hash)) return
    told.add(hash)
    found.count++
    if (found.first.length < kept) found.first.push({ hash, cid: canonicalCid(cid), path: pathOf(levels, name) })
  }

  function enter(level: Level): void {
    pendingBytes += levelBytes + level.links.size
    if (pendingBytes > maxPendingBytes) throw fault('DAG_LIMIT', { reason: 'it is too deep to be looked through for damage' })
    levels.push(level)
  }

  /** Whether nothing is known to be damaged here; a node is entered, and what is below it comes later. */
  async function visit(cid: CID, name: string): Promise<boolean> {
    if (isLeaf(cid)) {
      const isHere = isInline(cid) || (await blocks.size(cid.multihash.bytes)) !== undefined
      if (!isHere) tell(cid, name)
      return isHere
    }
    if (isIn(clean, cid)) return true
    if (isIn(unclean, cid)) return false
    const bytes = identityBytes(cid) ?? (await intactBlock(blocks, cid.multihash.bytes, { signal }))
    if (bytes === undefined) {
      add(unclean, cid)
      tell(cid, name)
      return false
    }
    enter({ cid, name, links: pendingLinks(cid, bytes, keptPath), isWhole: true })
    return true
  }

  /** All below the top is known: so is the top itself. */
  function leave({ cid, links, isWhole }: Level): void {
    levels.pop()
    pendingBytes -= levelBytes + links.size
    if (!isWhole) add(unclean, cid)
    else if (clean.size < maxClean) add(clean, cid)
    const above = levels.at(-1)
    if (above && !isWhole) above.isWhole = false
  }

  await visit(root, '')
  for (let top = levels.at(-1); top !== undefined && found.count < maxCount; top = levels.at(-1)) {
    signal?.throwIfAborted()
    // The index answers from memory: without a pause nobody else would get a turn.
    if (performance.now() > turnEnds) {
      await nextTurn()
      turnEnds = performance.now() + turnMs
    }
    const link = top.links.next()
    if (link === undefined) leave(top)
    else if (!(await visit(...link))) top.isWhole = false
  }
  return found
}

function pathOf(levels: readonly Level[], name: string): string {
  const names: string[] = [name]
  let length = name.length
  for (let i = levels.length - 1; i > 0 && length <= keptPath; i--) {
    names.push(levels[i]!.name)
    length += levels[i]!.name.length + 1
  }
  const path = names.reverse().join('/')
  // The end of a path says more than its beginning.
  return path.length > keptPath ? `…${path.slice(1 - keptPath)}` : path
}

function isIn(set: CidSet, { code, multihash }: CID): boolean {
  return set.has(code, multihash.bytes)
}

function add(set: CidSet, { code, multihash }: CID): void {
  set.add(code, multihash.bytes)
}
