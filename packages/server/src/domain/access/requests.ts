import { fault } from '../../kernel/faults.ts'
import { written } from '../../kernel/written.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AccessRequest, AccessRequestView, AccessState, Db } from '../../ports/db/index.ts'
import type { Post } from '../../ports/post.ts'
import { actorOf } from './actor.ts'
import { demand, type Principal } from './principal.ts'
import { closedName, readClosed, type PinningGate } from './pinning-gate.ts'
import { decisionLetter } from './letters.ts'

export interface AccessRequestsParts {
  db: Db
  clock: Clock
  gate: PinningGate
  /** Called when an account's grant changed. */
  onGrant(): void
  /** URL of the page on which people ask for access. */
  askAt(): string
  /** Undefined: nobody is written to. */
  post?: Post
}

export interface AccessWish {
  /** What for. */
  purpose: string
  /** How much, in any words. */
  amount?: string
  /** http or https. */
  link?: string
}

/** How an account stands with the pinning API. */
export interface AccessStanding {
  closed: boolean
  allowed: boolean
  /** The newest; undefined: it never asked. */
  request?: AccessRequest
}

export interface Decision {
  approve: boolean
  /** For those who asked. */
  message: string
}

/** Who asks for access to the pinning API, and who is let in. */
export interface AccessRequests {
  standing(principal: Principal): Promise<AccessStanding>
  /** Fault CONFLICT where it has access or has asked already, INVALID_REQUEST. */
  ask(principal: Principal, wish: AccessWish): Promise<AccessRequest>
  /** The account has read how it was decided. */
  see(principal: Principal): Promise<void>

  // What follows needs the scope `admin`.
  list(principal: Principal, page: { state: AccessState; limit: number; after?: string }): Promise<{ count: number; requests: AccessRequestView[] }>
  /** Lets the account in, or not; also what was decided before is decided anew. Fault NOT_FOUND. */
  decide(principal: Principal, id: string, decision: Decision): Promise<void>
  /** Whether pinning needs access from now on. Nothing else changes it. */
  setClosed(principal: Principal, closed: boolean): Promise<void>
}

/** Characters. */
const most = { purpose: 4_000, amount: 200, link: 1_000, message: 2_000 } as const

export function createAccessRequests({ db, clock, gate, onGrant, askAt, post }: AccessRequestsParts): AccessRequests {
  function check({ purpose, amount = '', link = '' }: AccessWish): Required<AccessWish> {
    const wish = { purpose: written(purpose, 'purpose', most.purpose), amount: written(amount, 'amount', most.amount), link: written(link, 'link', most.link) }
    if (wish.purpose === '') throw fault('INVALID_REQUEST', { reason: 'say what you want to pin' })
    if (wish.link !== '' && !(/^https?:\/\//i.test(wish.link) && URL.canParse(wish.link))) throw fault('INVALID_REQUEST', { reason: 'the link begins with http:// or https://' })
    return wish
  }

  return {
    async standing({ account }) {
      const { id, role } = account
      return db.read(async (r) => {
        const [closed, now] = [await readClosed(r), await r.accounts.byId(id)]
        return { closed, allowed: !closed || role === 'admin' || now?.mayPin === true, request: await r.access.latest(id) }
      })
    },

    async ask(principal, wish) {
      const checked = check(wish)
      const { id: accountId, role } = principal.account
      const actor = actorOf(principal)
      const created = clock.now()
      const request: AccessRequest = { id: crypto.randomUUID(), accountId, askedBy: actor.name ?? '', ...checked, state: 'open', created, seen: true }
      await db.write(async (w) => {
        const account = await w.accounts.byId(accountId)
        if (account?.mayPin || role === 'admin') throw fault('CONFLICT', { reason: 'this account has access already' })
        if ((await w.access.latest(accountId))?.state === 'open') throw fault('CONFLICT', { reason: 'this account has asked already; an admin will decide' })
        await w.access.insert(request)
        await w.events.insert({ accountId, kind: 'access.requested', actor, at: created, data: { id: request.id } })
      })
      return request
    },

    async see(principal) {
      demand(principal, 'account')
      await db.write((w) => w.access.see(principal.account.id))
    },

    async list(principal, { state, limit, after: id }) {
      demand(principal, 'admin')
      return db.read(async (r) => {
        const after = id === undefined ? undefined : await r.access.get(id)
        return { count: await r.access.count(state), requests: await r.access.list(state, limit, after) }
      })
    },

    async decide(principal, id, { approve, message: text }) {
      demand(principal, 'admin')
      const message = written(text, 'message', most.message)
      const state = approve ? 'approved' : 'declined'
      await db.write(async (w) => {
        const request = await w.access.get(id)
        if (!request) throw fault('NOT_FOUND', { what: 'request of that id' })
        const { accountId, email } = request
        const at = clock.now()
        await w.access.decide(id, { state, decided: at, message })
        await w.accounts.setMayPin(accountId, approve)
        await w.events.insert({ accountId, kind: `access.${state}`, actor: actorOf(principal), at, data: { id, message } })
        await post?.put(w, { what: 'notice', ...decisionLetter(email, { approve, message }, askAt()) })
      })
      onGrant()
    },

    async setClosed(principal, closed) {
      demand(principal, 'admin')
      await db.write(async (w) => {
        if ((await readClosed(w)) === closed) return
        if (closed) await w.instance.set(closedName, '1')
        else await w.instance.remove(closedName)
        await w.events.insert({ kind: closed ? 'access.closed' : 'access.opened', actor: actorOf(principal), at: clock.now() })
      })
      gate.note(closed)
    },
  }
}
