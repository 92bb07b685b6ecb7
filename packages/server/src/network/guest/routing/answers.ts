import type { CID } from 'multiformats/cid'
import { limits } from '../limits.ts'
import type { Provider, Router } from './router.ts'

interface Answer {
  providers: readonly Provider[]
  /** Before then the same question gets the same answer. */
  until: number
  /** Times in a row that nobody was found. */
  vain: number
}

/** What routers said lately: a fetch that starts again and again does not ask again and again. */
export interface Answers {
  get(router: Router, cid: CID): readonly Provider[] | undefined
  keep(router: Router, cid: CID, providers: readonly Provider[]): void
}

export function recentAnswers({ max = limits.keptAnswers, now = Date.now } = {}): Answers {
  const answers = new Map<string, Answer>()
  const keyOf = (router: Router, cid: CID) => `${router.name} ${cid}`
  return {
    get(router, cid) {
      const answer = answers.get(keyOf(router, cid))
      return answer !== undefined && answer.until > now() ? answer.providers : undefined
    },
    keep(router, cid, providers) {
      const key = keyOf(router, cid)
      const vain = providers.length > 0 ? 0 : (answers.get(key)?.vain ?? 0) + 1
      const rest = vain === 0 ? limits.foundFor : Math.min(limits.vainFirst * 2 ** (vain - 1), limits.vainLast)
      answers.delete(key)
      answers.set(key, { providers, vain, until: now() + rest })
      const [oldest] = answers.keys()
      if (answers.size > max && oldest !== undefined) answers.delete(oldest)
    },
  }
}
