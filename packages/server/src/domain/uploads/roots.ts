import { parseCid } from '@thole/dag'
import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AccountRoot, Db, Reader, RootPage } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import { standingOf, type DagStanding } from '../dags/index.ts'
import { holdsOf } from '../pins/index.ts'
import { releaseDag } from '../reclaim/index.ts'
import { knownCopies, type KnownCopy } from '../replicas/index.ts'

/** A root with the CARs that brought it, as far as clients were told of them: the first thousand of a page. */
export interface RootView extends AccountRoot {
  standing: DagStanding
  /** Copies on other nodes. */
  copies: readonly KnownCopy[]
  parts: readonly string[]
}

/**
 * What an account has uploaded, by CID: one entry a root as it was written, in however many parts it came. The services that people come
 * from list so. Fault NOT_FOUND for other accounts' roots too.
 */
export interface Roots {
  list(principal: Principal, page: RootPage): Promise<{ count: number; roots: RootView[] }>
  get(principal: Principal, cid: string): Promise<RootView>
  rename(principal: Principal, cid: string, name: string): Promise<void>
  /** Ends every upload of it, with the pin requests made with them. Returns it as it was. */
  remove(principal: Principal, cid: string): Promise<AccountRoot>
}

const shownParts = 1000
/** Uploads that end in one transaction. */
const slice = 100

export function createRoots({ db, clock }: { db: Db; clock: Clock }): Roots {
  async function find(accountId: string, text: string): Promise<RootView> {
    const cid = parseCid(text).toString()
    return db.read(async (r) => {
      const root = await r.roots.get(accountId, cid)
      if (!root) throw absent()
      return (await views(r, accountId, [root]))[0]!
    })
  }

  /** Whether there may be more. */
  async function removeSome(accountId: string, root: AccountRoot): Promise<boolean> {
    return db.write(async (w) => {
      const now = clock.now()
      await w.dags.lock(root.dag, now)
      const uploads = await w.roots.uploads(accountId, root, slice)
      for (const id of uploads) {
        const pins = await w.pins.removeOfUpload(accountId, id, root.dag)
        if (await w.uploads.removeRoot(accountId, id, root.dag)) await releaseDag(w, accountId, root.dag, 1 + pins.reduce((sum, pin) => sum + holdsOf(pin), 0), now)
      }
      return uploads.length === slice
    })
  }

  return {
    async list(principal, page) {
      demand(principal, 'upload')
      const { id } = principal.account
      return db.read(async (r) => {
        const roots = await r.roots.list(id, page)
        return { count: await r.roots.count(id), roots: await views(r, id, roots) }
      })
    },

    async get(principal, cid) {
      demand(principal, 'upload')
      return find(principal.account.id, cid)
    },

    async rename(principal, text, name) {
      demand(principal, 'upload')
      checkName(name)
      const accountId = principal.account.id
      const cid = parseCid(text).toString()
      await db.write(async (w) => {
        const root = await w.roots.get(accountId, cid)
        if (!root || !(await w.roots.rename(accountId, cid, name))) throw absent()
        await w.uploads.rename(accountId, root.uploadId, name)
      })
    },

    async remove(principal, text) {
      demand(principal, 'upload')
      const accountId = principal.account.id
      const root = await find(accountId, text)
      while (await removeSome(accountId, root));
      return root
    },
  }
}

async function views(r: Reader, accountId: string, roots: readonly AccountRoot[]): Promise<RootView[]> {
  const parts = await r.roots.parts(accountId, roots.map(({ cid }) => cid), shownParts)
  const copies = await knownCopies(r, roots.map(({ replicas }) => replicas))
  const unread = await r.dags.unread(roots.flatMap(({ dag, state }) => (state === 'complete' ? [dag] : [])))
  return roots.map((root, i) => ({ ...root, standing: standingOf({ ...root, isUnread: unread.has(root.dag) }), copies: copies[i]!, parts: parts.get(root.cid) ?? [] }))
}

function absent() {
  return fault('NOT_FOUND', { what: 'upload of that CID' })
}
