import { fault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, PinFilter, PinRequest, PinRequestView, PinStatus, Reader, Writer } from '../../ports/db/index.ts'
import { actorOf, demand, type PinningGate, type Principal } from '../access/index.ts'
import type { Completeness, Looked } from '../dags/index.ts'
import type { Foresee } from '../fetching/index.ts'
import type { Moderation } from '../moderation/index.ts'
import type { Quotas } from '../usage/index.ts'
import { forItsOwner } from './for-its-owner.ts'
import { recordPin } from './record.ts'
import { releasePin } from './release.ts'
import { requestsOfWaiting } from './waiting-upload.ts'
import { checkWish, type CheckedWish, type PinWish } from './wish.ts'

export interface PinsParts {
  db: Db
  completeness: Completeness
  moderation: Moderation
  clock: Clock
  /** Milliseconds until a fetch is given up. */
  fetchDeadline: number
  /** Requests of one account that wait at the same time, where its plan does not allow fewer; 0: any number. */
  maxWaiting: number
  /** Asked before a request is made; may throw PINNING_UNAUTHORIZED. Default: everybody may. */
  gate?: Pick<PinningGate, 'demand'>
  /** Default: everybody has room for everything. */
  quotas?: Pick<Quotas, 'pin' | 'inFlightPins'>
  /** Default: each fetch has to run to find out. */
  foresee?: Foresee
}

export interface Pins {
  add(principal: Principal, wish: PinWish): Promise<PinRequestView>
  /** Fault NOT_FOUND, for other accounts' requests too. */
  get(principal: Principal, id: string): Promise<PinRequestView>
  /** Newest first. `count` goes by every filter and no limit. */
  list(principal: Principal, filter: PinFilter, limit: number): Promise<{ count: number; pins: PinRequestView[] }>
  /** A new request in the place of an old one, in one transaction: shared blocks are held throughout. */
  replace(principal: Principal, id: string, wish: PinWish): Promise<PinRequestView>
  /** The same wish again, in the place of the old one. */
  retry(principal: Principal, id: string): Promise<PinRequestView>
  remove(principal: Principal, id: string): Promise<void>
}

interface NewPin {
  fresh: PinRequestView
  /** To be called when all else is written. */
  demandRoomFor?(status: PinStatus): Promise<void>
}

/** A request walks at most so many local blocks to answer `pinned` at once; beyond, the fetch job does. */
const walkBudget = 20_000

export function createPins({ db, completeness, moderation, clock, fetchDeadline, maxWaiting: most, quotas, gate, foresee = unforeseen }: PinsParts): Pins {
  /** Looks at what is stored of the root, as far as a request may, and runs the transaction that is to go by it. */
  async function decide<T>({ root }: CheckedWish, transaction: (w: Writer, looked: Looked) => Promise<T>): Promise<T> {
    await using writer = completeness.writer()
    return await completeness.decide([root], { writer, budget: walkBudget }, async (looked) => (w) => transaction(w, looked))
  }

  function check(wish: PinWish): CheckedWish {
    const checked = checkWish(wish)
    moderation.assertAllowed(checked.root)
    return checked
  }

  async function insert(w: Writer, principal: Principal, wish: CheckedWish, looked: Looked): Promise<NewPin> {
    const now = clock.now()
    const { dag, measure, unconfirmed } = await looked.lock(w, wish.dag, now)
    const { cid, name, meta, origins } = wish
    const deadline = now + fetchDeadline
    const waitsFor = 'Waiting for its turn to be fetched.'
    const fetch = await foresee(w, { dag, measure, origins, deadline }, now)
    const demandRoomFor = await quotas?.pin(w, principal.account)
    await w.dags.hold(principal.account.id, dag.cid, { now })
    const fresh = await recordPin(w, dag, { accountId: principal.account.id, cid, name, meta, origins, deadline, waitsFor, unconfirmed, fetch }, now)
    return { fresh, demandRoomFor }
  }

  /** Beyond the cap nothing that waits is added: the transaction is undone. What is `pinned` at once adds nothing to it. */
  async function demandRoom(w: Writer, { account }: Principal, { accountId, status }: PinRequestView): Promise<void> {
    const own = quotas?.inFlightPins(account)
    const maxWaiting = Math.min(own ?? Infinity, most || Infinity)
    if (maxWaiting === Infinity || status === 'pinned') return
    const { queued, pinning } = await w.pins.tally(accountId)
    if (queued + pinning <= maxWaiting) return
    const reason = `${maxWaiting} pin requests wait already, which is the limit of ${own === maxWaiting ? 'your plan' : 'this server (THOLE_MAX_WAITING_PINS)'}; wait until some are pinned or failed, or delete some that are queued`
    throw fault('QUOTA_EXCEEDED', { reason })
  }

  function note(w: Writer, principal: Principal, kind: 'pin.added' | 'pin.removed', { cid, name }: PinRequest): void {
    w.events.note({ accountId: principal.account.id, kind, actor: actorOf(principal), at: clock.now(), sample: { cid, name } })
  }

  async function find(principal: Principal, id: string): Promise<PinRequestView> {
    const request = await db.read(async (r) => (await r.pins.get(principal.account.id, id)) ?? (await waiting(r, principal.account.id, id)))
    if (!request) throw notFound()
    return forItsOwner(request)
  }

  async function replace(principal: Principal, id: string, wish: PinWish): Promise<PinRequestView> {
    demand(principal, 'pins:write')
    await gate?.demand(principal)
    await find(principal, id)
    const checked = check(wish)
    return decide(checked, async (w, looked) => {
      const old = await w.pins.get(principal.account.id, id)
      if (!old) throw notFound()
      const { fresh, demandRoomFor } = await insert(w, principal, checked, looked)
      if (!(await releasePin(w, old, clock.now()))) throw notFound()
      await demandRoom(w, principal, fresh)
      await demandRoomFor?.(fresh.status)
      note(w, principal, 'pin.removed', old)
      note(w, principal, 'pin.added', fresh)
      return fresh
    })
  }

  return {
    async add(principal, wish) {
      demand(principal, 'pins:write')
      await gate?.demand(principal)
      const checked = check(wish)
      return decide(checked, async (w, looked) => {
        const { fresh, demandRoomFor } = await insert(w, principal, checked, looked)
        await demandRoom(w, principal, fresh)
        await demandRoomFor?.(fresh.status)
        note(w, principal, 'pin.added', fresh)
        return fresh
      })
    },

    async get(principal, id) {
      demand(principal, 'pins:read')
      return find(principal, id)
    },

    async list(principal, filter, limit) {
      demand(principal, 'pins:read')
      const { count, pins } = await db.read((r) => r.pins.list(principal.account.id, filter, limit))
      return { count, pins: pins.map(forItsOwner) }
    },

    replace,

    async retry(principal, id) {
      const { cid, name, meta, origins } = await find(principal, id)
      return replace(principal, id, { cid, name, meta, origins })
    },

    async remove(principal, id) {
      demand(principal, 'pins:write')
      await db.write(async (w) => {
        const old = await w.pins.get(principal.account.id, id)
        if (!old || !(await releasePin(w, old, clock.now()))) throw notFound()
        note(w, principal, 'pin.removed', old)
      })
    },
  }
}

/** An upload that waits for its first reader is known by the id that its pin request gets. */
async function waiting(r: Reader, accountId: string, id: string): Promise<PinRequestView | undefined> {
  const upload = await r.uploads.get(accountId, id)
  return upload?.roots[0]?.unpinned && requestsOfWaiting(upload)[0]
}

const unforeseen: Foresee = async () => undefined

function notFound() {
  return fault('NOT_FOUND', { what: 'pin request of that id' })
}
