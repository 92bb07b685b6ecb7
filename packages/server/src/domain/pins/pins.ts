import { identityBytes } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault, toFault } from '../../kernel/faults.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, PinFilter, PinRequestView, Writer } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import { applyMeasure, measureDag, type Measure } from '../dags/index.ts'
import { recordPin } from './record.ts'
import { releasePin } from './release.ts'
import { checkWish, type CheckedWish, type PinWish } from './wish.ts'

export interface PinsParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Milliseconds until a fetch is given up. */
  fetchDeadline: number
  /** Called after a commit that left work behind. */
  wakeJobs(): void
}

export interface Pins {
  add(principal: Principal, wish: PinWish): Promise<PinRequestView>
  /** Fault NOT_FOUND, for other accounts' requests too. */
  get(principal: Principal, id: string): Promise<PinRequestView>
  /** Newest first. `count` goes by every filter and no limit. */
  list(principal: Principal, filter: PinFilter, limit: number): Promise<{ count: number; pins: PinRequestView[] }>
  /** A new request in the place of an old one, in one transaction: shared blocks are held throughout. */
  replace(principal: Principal, id: string, wish: PinWish): Promise<PinRequestView>
  remove(principal: Principal, id: string): Promise<void>
}

/** A request walks at most so many local blocks to answer `pinned` at once; beyond, the fetch job does. */
const walkBudget = 20_000

export function createPins({ db, blocks, clock, fetchDeadline, wakeJobs }: PinsParts): Pins {
  /** What is stored of a root that no row calls complete yet, as far as a request may look. */
  async function look(root: CID, dag: string): Promise<Measure | undefined> {
    const known = await db.read((r) => r.dags.get(dag))
    if (known?.state === 'complete') return undefined
    if (identityBytes(root) === undefined && !(await blocks.has(root.multihash.bytes))) return undefined
    try {
      return await measureDag(blocks, root, { maxBlocks: walkBudget })
    } catch (error) {
      if (toFault(error).code === 'DAG_LIMIT') return undefined
      throw error
    }
  }

  async function insert(w: Writer, principal: Principal, wish: CheckedWish, measure: Measure | undefined): Promise<PinRequestView> {
    const now = clock.now()
    const locked = await w.dags.lock(wish.dag, now)
    const dag = measure ? await applyMeasure(w, locked, measure, now) : locked
    const { cid, name, meta, origins } = wish
    const waitsFor = 'Waiting for its turn to be fetched.'
    return recordPin(w, dag, { accountId: principal.account.id, cid, name, meta, origins, deadline: now + fetchDeadline, waitsFor }, now)
  }

  async function find(principal: Principal, id: string): Promise<PinRequestView> {
    const request = await db.read((r) => r.pins.get(principal.account.id, id))
    if (!request) throw notFound()
    return request
  }

  return {
    async add(principal, wish) {
      demand(principal, 'pins:write')
      const checked = checkWish(wish)
      const measure = await look(checked.root, checked.dag)
      const request = await db.write((w) => insert(w, principal, checked, measure))
      if (request.status !== 'pinned') wakeJobs()
      return request
    },

    async get(principal, id) {
      demand(principal, 'pins:read')
      return find(principal, id)
    },

    async list(principal, filter, limit) {
      demand(principal, 'pins:read')
      const { id } = principal.account
      return db.read(async (r) => ({ count: await r.pins.count(id, filter), pins: await r.pins.list(id, filter, limit) }))
    },

    async replace(principal, id, wish) {
      demand(principal, 'pins:write')
      await find(principal, id)
      const checked = checkWish(wish)
      const measure = await look(checked.root, checked.dag)
      const request = await db.write(async (w) => {
        const old = await w.pins.get(principal.account.id, id)
        if (!old) throw notFound()
        const fresh = await insert(w, principal, checked, measure)
        await releasePin(w, old, clock.now())
        return fresh
      })
      if (request.status !== 'pinned') wakeJobs()
      return request
    },

    async remove(principal, id) {
      demand(principal, 'pins:write')
      await db.write(async (w) => {
        const old = await w.pins.get(principal.account.id, id)
        if (!old) throw notFound()
        await releasePin(w, old, clock.now())
      })
    },
  }
}

function notFound() {
  return fault('NOT_FOUND', { what: 'pin request of that id' })
}
