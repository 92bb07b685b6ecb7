import { fault } from '../../kernel/faults.ts'
import { newId } from '../../kernel/ids.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Account, Db, PinStatus, Reader, Room, Writer } from '../../ports/db/index.ts'
import { failPins } from '../reclaim/index.ts'
import { capsOf, demandFew, demandWithin, full, fullWords, overOf, usedOf, type Caps } from './caps.ts'
import { createLeases } from './leases.ts'
import type { Plans } from './plans.ts'
import { boundless, takeInSteps, type UploadRoom } from './upload-room.ts'

export interface QuotasParts {
  db: Db
  clock: Clock
  plans: Pick<Plans, 'of' | 'find' | 'areUsed'>
  /** Uploads of one account at the same time, in this process; 0: any number. */
  maxUploads?: number
  /** How to get more, in words. */
  more?(): string
  /** Told of accounts whose use of their plan was looked at: it may have passed a mark. */
  onUse?(accountId: string): void
  /** Milliseconds after which room is free again that a process took which is no more; default 30 s. */
  lease?: number
}

/** What the storage of a plan is used for. Of accounts without one, nothing is looked at. */
export interface Quotas {
  /**
   * Room for one upload, until it is disposed of. `declared`: bytes of its body, where they are known; `caps`: besides the plan's.
   * Faults QUOTA_EXCEEDED; RATE_LIMITED where too many uploads of the account are under way.
   */
  upload(account: Account, options?: { declared?: number; caps?: Caps }): Promise<UploadRoom>
  /** Part of a transaction that makes a pin request, before anything is held. To be called with its status when it is made. Fault QUOTA_EXCEEDED. */
  pin(w: Writer, account: Account): Promise<(status: PinStatus) => Promise<void>>
  /** Pin requests that may wait at the same time; undefined: as many as the server allows. */
  inFlightPins(account: Account): number | undefined
  /** Whether somebody who waits for this DAG has no room for what is here of it. */
  isOver(r: Reader, dag: string): Promise<boolean>
  /** Fails the requests of those, with the reason. The DAG is locked by this transaction. */
  shed(w: Writer, dag: string): Promise<void>
  /** Gives back what processes that are no more have taken: all, where there is no other process. */
  start(): Promise<void>
  close(): void
}

/** Where nobody has a plan. */
export const noQuotas: Pick<Quotas, 'upload'> = { upload: async () => boundless }

const atOnce = 500

export function createQuotas({ db, clock, plans, maxUploads = 0, more = () => '', onUse = () => {}, lease = 30_000 }: QuotasParts): Quotas {
  const leases = createLeases({ db, clock, lease })
  const underWay = new Map<string, number>()
  const capsFor = async (r: Reader, account: Pick<Account, 'planId'>) => capsOf(await plans.find(r, account), more())

  /** Counts one more, until it is disposed of. */
  function enter(accountId: string): Disposable {
    const number = (underWay.get(accountId) ?? 0) + 1
    if (maxUploads > 0 && number > maxUploads) throw fault('RATE_LIMITED', { seconds: 1 })
    underWay.set(accountId, number)
    return {
      [Symbol.dispose]() {
        const left = underWay.get(accountId)! - 1
        if (left > 0) underWay.set(accountId, left)
        else underWay.delete(accountId)
      },
    }
  }

  async function take(accountId: string, id: string, caps: readonly Caps[], least: Room, wanted: Room): Promise<Room> {
    onUse(accountId)
    return db.write(async (w) => {
      await w.quotas.lock(accountId)
      const standing = await w.quotas.of(accountId, clock.now(), id)
      demandWithin(caps, standing, least)
      const used = usedOf(standing)
      const left = (what: keyof Room) => Math.min(...caps.map((one) => one[what])) - used[what]
      // Others may want what this one takes beforehand.
      const most = (what: keyof Room) => Math.max(least[what], Math.min(wanted[what], Math.floor(left(what) / 4)))
      const room = { bytes: most('bytes'), blocks: most('blocks') }
      await w.quotas.reserve({ id, accountId, ...room, until: leases.until() })
      return room
    })
  }

  async function openRoom(accountId: string, caps: readonly Caps[], declared: number | undefined): Promise<UploadRoom> {
    const id = newId(clock.now())
    let isGivenBack = false
    leases.begin(id)
    const end = async () => {
      leases.forget(id)
      // Where this fails, the lease ends it.
      if (!isGivenBack) await db.write((w) => w.quotas.end(id)).catch(() => {})
    }
    try {
      return {
        demand: await takeInSteps((least, wanted) => take(accountId, id, caps, least, wanted), declared),
        async settle(w) {
          await w.quotas.lock(accountId)
          await w.quotas.end(id)
          demandWithin(caps, await w.quotas.of(accountId, clock.now()))
          await demandFew(caps, w, accountId)
        },
        committed() {
          isGivenBack = true
          onUse(accountId)
        },
        [Symbol.asyncDispose]: end,
      }
    } catch (error) {
      await end()
      throw error
    }
  }

  async function over(r: Reader, dag: string): Promise<{ accountId: string; reason: string }[]> {
    if (!plans.areUsed()) return []
    const found: { accountId: string; reason: string }[] = []
    for (const { accountId, planId } of await r.quotas.waitingFor(dag)) {
      const caps = await capsFor(r, { planId })
      if (caps === undefined) continue
      onUse(accountId)
      const standing = await r.quotas.of(accountId, clock.now())
      const what = overOf(caps, usedOf(standing))
      if (what) found.push({ accountId, reason: `The account is full: ${fullWords(caps, standing, what)}.` })
    }
    return found
  }

  return {
    async upload({ id: accountId, planId }, { declared, caps: given } = {}) {
      await using opened = new AsyncDisposableStack()
      opened.use(enter(accountId))
      const ofPlan = planId === undefined ? undefined : await db.read((r) => capsFor(r, { planId }))
      const caps = [given, ofPlan].filter((one) => one !== undefined)
      if (given) await db.read((r) => demandFew([given], r, accountId, 1))
      const room = caps.length === 0 ? boundless : opened.use(await openRoom(accountId, caps, declared))
      const all = opened.move()
      return { ...room, [Symbol.asyncDispose]: () => all.disposeAsync() }
    },

    async pin(w, account) {
      const caps = account.planId === undefined ? undefined : await capsFor(w, account)
      if (caps === undefined) return async () => {}
      const { id } = account
      await w.quotas.lock(id)
      const before = await w.quotas.of(id, clock.now())
      return async (status) => {
        onUse(id)
        const after = await w.quotas.of(id, clock.now())
        const [was, is] = [usedOf(before), usedOf(after)]
        for (const what of ['bytes', 'blocks'] as const) {
          // What is held already may be pinned again; what is not here needs some room.
          const added = is[what] - was[what]
          const refused = added > 0 ? is[what] > caps[what] : status !== 'pinned' && is[what] >= caps[what]
          if (refused) throw full(caps, before, what, added)
        }
      }
    },

    inFlightPins: (account) => plans.of(account)?.inFlightPins,

    isOver: async (r, dag) => (await over(r, dag)).length > 0,

    async shed(w, dag) {
      for (const { accountId, reason } of await over(w, dag)) {
        for (;;) {
          const ids = await w.quotas.waitingPins(dag, accountId, atOnce)
          if (ids.length > 0) await failPins(w, dag, { reason, ids }, clock.now())
          if (ids.length < atOnce) break
        }
      }
    },

    start: leases.start,
    close: leases.close,
  }
}
