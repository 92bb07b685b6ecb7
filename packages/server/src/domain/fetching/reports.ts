import type { Db, FetchState } from '../../ports/db/index.ts'

/** How running fetches fare, written down now and then, all of them together. */
export interface FetchReports {
  put(state: FetchState): void
  /** What was put of this DAG is not written any more: whoever calls writes something newer. */
  drop(dag: string): void
}

const everyMs = 1_000

export function fetchReports(db: Db): FetchReports {
  const waiting = new Map<string, FetchState>()
  let timer: NodeJS.Timeout | undefined

  /** A report that is lost is followed by the next one. */
  async function flush(): Promise<void> {
    timer = undefined
    const states = [...waiting.values()]
    waiting.clear()
    if (states.length > 0) await db.write((w) => w.fetches.put(states)).catch(() => {})
  }

  return {
    put(state) {
      waiting.set(state.dag, state)
      timer ??= setTimeout(() => void flush(), everyMs).unref()
    },
    drop: (dag) => void waiting.delete(dag),
  }
}
