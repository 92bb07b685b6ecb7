import type { CID } from 'multiformats/cid'
import { fault, type Fault } from '../../kernel/faults.ts'
import { demand, type Principal } from '../access/index.ts'
import type { Denial, Denylists, ListState } from '../../ports/denylists.ts'

export { createReports, reportLimits, type NewReport, type Reports } from './reports.ts'

/** What every door asks before it takes or gives content. */
export interface Moderation {
  /** Whether a list blocks this block by itself. */
  isBlocked(cid: CID): boolean
  /** Faults BLOCKED, BLOCKED_BY_LAW, which name the rule. `names`: the path below the root, decoded. */
  assertAllowed(root: CID, names?: readonly string[]): void
  /** The same for a name of IPNS. */
  assertNameAllowed(name: string, names?: readonly string[]): void
  /** The lists that are followed. Needs the scope `admin`. */
  lists(principal: Principal): ListState[]
}

export function createModeration(denylists: Denylists): Moderation {
  return {
    isBlocked: (cid) => !denylists.isEmpty && denylists.find(cid) !== undefined,
    assertAllowed(root, names) {
      const denial = denylists.isEmpty ? undefined : denylists.find(root, names)
      if (denial) throw blocked(denial)
    },
    assertNameAllowed(name, names) {
      const denial = denylists.isEmpty ? undefined : denylists.findName(name, names)
      if (denial) throw blocked(denial)
    },
    lists(principal) {
      demand(principal, 'admin')
      return denylists.lists()
    },
  }
}

function blocked({ rule, status }: Denial): Fault {
  return fault(status === 451 ? 'BLOCKED_BY_LAW' : 'BLOCKED', { rule })
}

/** Nothing is blocked. */
export const openToAll: Moderation = { isBlocked: () => false, assertAllowed() {}, assertNameAllowed() {}, lists: () => [] }
