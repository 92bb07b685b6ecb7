import { canonicalCid, isInline, parseCid, takeTurns } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { fault, toFault } from '../../kernel/faults.ts'
import type { BlockStore, Sizes } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Dag, DagDamage, DagReplicas, DagState, Db, MissingBlock, Visits } from '../../ports/db/index.ts'
import { demand, discreetWords, type Principal } from '../access/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { failPins } from '../reclaim/index.ts'
import { knownCopies, type KnownCopy } from '../replicas/index.ts'
import type { Completeness } from './completeness.ts'
import { standingOf, type DagStanding } from './dag-standing.ts'
import { enqueueSettlePartials } from './jobs.ts'

export interface DagsParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  completeness: Completeness
  moderation: Pick<Moderation, 'assertAllowed'>
}

export interface DagDescription {
  cid: string
  state: DagState
  bytes?: number
  blocks?: number
  /** Blocks known to be missing: the frontier; what lies below it is not known yet. */
  missingCount: number
  /** The first hundred. */
  missing: MissingBlock[]
  /** Where blocks of it, which were here, are damaged: its state stays `complete`. */
  damage?: DagDamage
  /** Copies on other nodes, where such are wanted. */
  replicas?: DagReplicas
  visits: Visits
  /** Those of this account, with its keys and sessions. */
  ownVisits: Visits
}

/** What anybody may know who knows the root: whose it is, and who reads it, is not among it. */
export interface DagStatus extends Pick<Dag, 'cid' | 'bytes' | 'blocks' | 'created' | 'completed' | 'missingCount'>, Pick<DagDescription, 'missing' | 'replicas'> {
  standing: DagStanding
  /** Copies on other nodes. */
  copies: readonly KnownCopy[]
}

export interface Dags {
  /** For everybody. Fault NOT_FOUND where nobody wants this root; BLOCKED, BLOCKED_BY_LAW. */
  status(cidText: string): Promise<DagStatus>
  /** Fault NOT_FOUND where nobody here has named this root. */
  describe(principal: Principal, cidText: string): Promise<DagDescription>
  /** Those of these CIDs whose blocks are not here: what a client need not send. CIDs that carry their content always are. Fault INVALID_CID. */
  lacking(principal: Principal, cidTexts: readonly string[]): Promise<string[]>
  /** Looks at a DAG again, for which blocks have arrived, or which was too large to be walked within a request. What is wrong with it fails those who wait for it. */
  settle(dag: string, signal: AbortSignal): Promise<void>
  /**
   * The same for the partial DAGs of which nobody keeps in mind what they wait for: after a start, or where there are more than can be kept.
   * Goes in slices of the list; `signal` stops it between two.
   */
  settlePartials(signal: AbortSignal): Promise<void>
  /** Has them looked at soon, since blocks may have been stored by a process that is no more. */
  start(): Promise<void>
}

const shownMissing = 100
const slice = 100

export function createDags({ db, blocks, clock, completeness, moderation }: DagsParts): Dags {
  async function settle(dag: string, signal: AbortSignal): Promise<void> {
    const row = await db.read((r) => r.dags.get(dag))
    if (row?.state !== 'partial' || row.holders === 0) return completeness.forget(dag)
    try {
      await using writer = completeness.writer({ signal })
      await completeness.decide([CID.parse(dag)], { writer, signal, heldOnly: true }, async (looked) => (w) => looked.lock(w, dag, clock.now()))
    } catch (error) {
      // What is wrong with one DAG is told to those who wait for it, and keeps nobody else waiting.
      const { retry, message } = toFault(error)
      if (retry) throw error
      await db.write((w) => failPins(w, dag, { reason: message }, clock.now()))
    }
  }

  /** Whether to look at a DAG that is not covered: it can be covered now, or what is missing first is here. */
  async function isDue(dag: string): Promise<boolean> {
    if (completeness.hasRoomFor(dag)) return true
    const missing = await db.read((r) => r.dags.missing(dag, shownMissing))
    return missing.length === 0 || (await sizesOf(missing.map(({ cid }) => CID.parse(cid)))).some((size) => size !== undefined)
  }

  async function sizesOf(cids: readonly CID[]): Promise<Sizes> {
    // Many look-ups at once are what `claim` is made for, whatever the driver.
    await using writer = blocks.writer()
    return await writer.claim(cids.map(({ multihash }) => multihash.bytes))
  }

  return {
    async status(cidText) {
      const root = parseCid(cidText)
      moderation.assertAllowed(root)
      const found = canonicalCid(root)
      return db.read(async (r) => {
        const dag = await r.dags.get(found)
        if (!dag || dag.holders === 0) throw fault('NOT_FOUND', { what: `DAG ${found}` })
        const missing = dag.state === 'partial' ? await r.dags.missing(found, shownMissing) : []
        const replicas = await r.replicas.get(found)
        const { state, cid, bytes, blocks, created, completed, missingCount } = dag
        const isUnread = state === 'complete' && (await r.dags.unread([cid])).has(cid)
        const standing = standingOf({ state, replicas, isUnread, lacksRoot: missing[0] === undefined || missing[0].path === '' })
        const [copies = []] = await knownCopies(r, [replicas])
        return { cid, bytes, blocks, created, completed, missingCount, missing, replicas, copies, standing }
      })
    },

    async describe(principal, cidText) {
      demand(principal, 'pins:read')
      const cid = canonicalCid(parseCid(cidText))
      return db.read(async (r) => {
        const dag = await r.dags.get(cid)
        if (!dag || dag.holders === 0) throw fault('NOT_FOUND', { what: `DAG ${cid}` })
        const missing = dag.state === 'partial' ? await r.dags.missing(cid, shownMissing) : []
        const damage = (await r.damage.ofDags([cid], shownMissing)).get(cid)
        return { cid, state: dag.state, bytes: dag.bytes, blocks: dag.blocks, missingCount: dag.missingCount, missing, damage: damage && { ...damage, reason: damage.reason && discreetWords(damage.reason) }, replicas: await r.replicas.get(cid), visits: { requests: dag.visits, bytes: dag.visitBytes, last: dag.lastVisit }, ownVisits: await r.dags.visitsBy(principal.account.id, cid) }
      })
    },

    async lacking(principal, cidTexts) {
      demand(principal, 'upload')
      const turn = takeTurns()
      const asked: { text: string; cid: CID }[] = []
      for (const text of cidTexts) {
        await turn()
        const cid = parseCid(text)
        if (!isInline(cid)) asked.push({ text, cid })
      }
      const sizes = await sizesOf(asked.map(({ cid }) => cid))
      return asked.filter((_, i) => sizes[i] === undefined).map(({ text }) => text)
    },

    settle,

    settlePartials: (signal) =>
      completeness.coverAll(async () => {
        let after: Dag | undefined
        let leftNone = true
        for (;;) {
          const partial = await db.read((r) => r.dags.partial(slice, after))
          for (const { cid } of partial) {
            signal.throwIfAborted()
            if (completeness.covers(cid)) continue
            if (await isDue(cid)) await settle(cid, signal)
            else leftNone = false
          }
          if (partial.length < slice) return leftNone
          after = partial.at(-1)
        }
      }),

    start: async () => void (await db.write((w) => enqueueSettlePartials(w, clock.now()))),
  }
}
