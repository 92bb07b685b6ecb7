import type { BlockStore, BlockStoreStats } from '../../ports/block-store.ts'
import type { Db, Usage } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import type { Reclaim, ReclaimReport } from '../reclaim/index.ts'

export interface AccountUsage extends Usage {
  uploads: number
}

/** What is stored, of all accounts, each block once. */
export interface StorageFacts extends BlockStoreStats {
  /** The last reclaim, where there was one. */
  reclaim?: ReclaimReport
}

export interface UsageFacts {
  /** What this account is charged for. */
  account(principal: Principal): Promise<AccountUsage>
  storage(principal: Principal): Promise<StorageFacts>
}

export interface UsageParts {
  db: Db
  blocks: BlockStore
  reclaim: Reclaim
}

export function createUsage({ db, blocks, reclaim }: UsageParts): UsageFacts {
  return {
    async account(principal) {
      demand(principal, 'account')
      const { id } = principal.account
      return db.read(async (r) => ({ ...(await r.usage.of(id)), uploads: await r.uploads.count(id) }))
    },

    async storage(principal) {
      demand(principal, 'account')
      return { ...(await blocks.stats()), reclaim: await reclaim.lastReport() }
    },
  }
}
