import { setImmediate as nextTurn } from 'node:timers/promises'
import { assertShort, identityBytes, isInline, isLeaf, linksToFollow } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import { Graph, inline, unknown } from './graph.ts'
import { openLookUp } from './look-up.ts'
import { PendingCids } from './pending-cids.ts'

/** What is stored of a DAG; each distinct CID counts once. */
export interface Measured {
  blocks: number
  bytes: number
  /** Linked to from what is here, and not here. */
  missing: number
  firstMissing?: CID
  /** In quarantine, or cannot be read. */
  damaged: number
  firstDamaged?: CID
}

export interface Walker extends AsyncDisposable {
  /** Faults as the links of a block give them, DAG_LIMIT; the signal's reason. */
  measure(root: CID): Promise<Measured>
}

export interface WalkerOptions {
  signal?: AbortSignal
  /** CIDs, and links between them, that are kept from one DAG to the next, at about 40 bytes a CID; default 1,000,000. */
  maxKept?: number
  /** Nodes of one DAG that wait to be read; default 1,000,000, as for every walk. */
  maxPending?: number
}

/** Leaves that are looked up at once. */
const batch = 1_000
/** Milliseconds that one turn of the event loop may take. */
const turn = 4

/** Measures many DAGs that share blocks: a node is read once and a leaf looked up once, as long as the graph is kept. */
export function openWalker(blocks: BlockStore, { signal, maxKept = 1_000_000, maxPending = 1_000_000 }: WalkerOptions = {}): Walker {
  const store = openLookUp(blocks, { signal })
  let graph = new Graph()
  let walk = 0
  let turnEnds = performance.now() + turn

  async function giveWay(): Promise<void> {
    await nextTurn()
    signal?.throwIfAborted()
    turnEnds = performance.now() + turn
  }

  async function measure(root: CID): Promise<Measured> {
    const measured: Measured = { blocks: 0, bytes: 0, missing: 0, damaged: 0 }
    signal?.throwIfAborted()
    walk++
    try {
      await walkFrom(root, measured)
    } catch (error) {
      graph = new Graph()
      throw error
    }
    // Only what is wholly here is kept: what is not may arrive.
    const isWhole = measured.missing === 0 && measured.damaged === 0
    if (!isWhole || graph.links > maxKept || graph.numbers.size > maxKept) graph = new Graph()
    return measured
  }

  async function walkFrom(root: CID, measured: Measured): Promise<void> {
    const nodes = new PendingCids()
    const known: number[] = []
    let leaves: CID[] = []

    function count(number: number, size: number): void {
      graph.sizes.set(number, size)
      if (size === inline) return
      measured.blocks++
      measured.bytes += size
    }

    /** Takes note of a CID that the walk has come to; returns its number. */
    function meet(cid: CID): number {
      const number = graph.numbers.of(cid)
      graph.meet(number)
      if (graph.enter(number, walk)) {
        if (graph.sizes.at(number) !== unknown) {
          count(number, graph.sizes.at(number))
          known.push(number)
        } else if (!isLeaf(cid)) nodes.push(cid)
        else if (!isInline(cid)) leaves.push(cid)
      }
      return number
    }

    async function readNode(cid: CID): Promise<void> {
      const bytes = identityBytes(cid) ?? (await store.read(cid))
      if (typeof bytes === 'string') return lack(measured, cid, bytes)
      const number = graph.numbers.of(cid)
      count(number, isInline(cid) ? inline : bytes.length)
      assertShort(cid)
      // Met in reverse, since the last is followed first: so a walk goes in the order of links and has as little pending as any.
      const links = linksToFollow(cid, bytes).reverse().map(meet)
      if (graph.links <= maxKept) graph.setLinks(number, links)
      if (nodes.count > maxPending) throw fault('DAG_LIMIT', { reason: `more than ${maxPending} nodes wait to be read`, cid: root.toString() })
    }

    async function lookUpLeaves(): Promise<void> {
      const cids = leaves
      leaves = []
      const found = await store.sizes(cids)
      for (const [i, size] of found.entries()) {
        const cid = cids[i]!
        if (typeof size === 'string') lack(measured, cid, size)
        else count(graph.numbers.of(cid), size)
      }
    }

    function follow(number: number): void {
      for (const link of graph.linksOf(number)) {
        if (!graph.enter(link, walk)) continue
        count(link, graph.sizes.at(link))
        known.push(link)
      }
    }

    meet(root)
    for (;;) {
      if (performance.now() > turnEnds) await giveWay()
      if (leaves.length >= batch) await lookUpLeaves()
      const number = known.pop()
      if (number !== undefined) {
        follow(number)
        continue
      }
      const node = nodes.pop()
      if (node !== undefined) await readNode(node)
      else if (leaves.length > 0) await lookUpLeaves()
      else return
    }
  }

  return { measure, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

function lack(measured: Measured, cid: CID, why: 'absent' | 'damaged'): void {
  if (why === 'absent') {
    measured.missing++
    measured.firstMissing ??= cid
  } else {
    measured.damaged++
    measured.firstDamaged ??= cid
  }
}

