import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { checkAccounts } from './check-accounts.ts'
import { checkStore } from './check-store.ts'
import type { CheckEvent, Finding } from './findings.ts'
import { lookAt, type LookParts } from './look.ts'
import { openWalker } from './walker.ts'

export interface CheckOptions {
  signal?: AbortSignal
  /** Milliseconds from a first look at what seems wrong to the next: what is right then was under way. Default 1000. */
  secondLookAfter?: number
}

export interface Check {
  /** Reads everything; the summary comes last. */
  run(options?: CheckOptions): AsyncIterable<CheckEvent>
}

const page = 200
/** Looks at a DAG whose row keeps changing. */
const maxLooks = 5
/** DAGs that are kept for a second look, at about 100 bytes each. */
const maxSuspects = 100_000

/** Proves that the store is in order and that the database says what is stored; also while both change. */
export function createCheck(parts: LookParts): Check {
  const { db, blocks } = parts

  /** Looks at every DAG once, and puts those aside that seem wrong. */
  async function* checkDags(suspects: Set<string>, signal: AbortSignal): AsyncGenerator<CheckEvent> {
    await using walker = openWalker(blocks, { signal })
    // Apart, since what is not wholly here is not kept.
    await using partials = openWalker(blocks, { signal, maxKept: 0 })
    const of = await db.read((r) => r.audit.countDags())
    let done = 0
    for (let after = ''; ; ) {
      const dags = await db.read((r) => r.audit.dags(after, page))
      const last = dags.length < page ? undefined : dags.at(-1)?.cid
      for (const dag of dags) {
        if ((await lookAt(parts, dag, dag.state === 'complete' ? walker : partials)).length > 0) suspects.add(dag.cid)
        yield { progress: { phase: 'dags', done: ++done, of: Math.max(of, done) } }
      }
      for (const cid of await db.read((r) => r.audit.strays(after, last, page))) {
        yield { finding: { kind: 'dag', words: `DAG ${cid}: a pin request or an upload names it, and it has no row` } }
      }
      if (last === undefined || suspects.size > maxSuspects) return
      after = last
      // SQLite answers at once: without a pause nobody else would get a turn.
      await nextTurn()
      signal.throwIfAborted()
    }
  }

  async function* checkSuspects(suspects: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<CheckEvent> {
    let done = 0
    for (const cid of suspects) {
      for (const finding of await lookAgain(cid, signal)) yield { finding }
      yield { progress: { phase: 'again', done: ++done, of: suspects.size } }
    }
    if (suspects.size > maxSuspects) yield { finding: { kind: 'dag', words: `more than ${maxSuspects} DAGs are wrong; the rest was not looked at` } }
  }

  /** Looks until row and findings are twice the same; what vanishes or never stands still is not wrong. */
  async function lookAgain(cid: string, signal: AbortSignal): Promise<Finding[]> {
    let before: string | undefined
    for (let looks = 0; looks < maxLooks; looks++) {
      await parts.settle?.(cid, signal)
      const dag = await db.read((r) => r.audit.dag(cid))
      if (dag === undefined) break
      await using walker = openWalker(blocks, { signal })
      const found = await lookAt(parts, dag, walker)
      if (found.length === 0) break
      // Visits are counted at every read.
      const seen = JSON.stringify({ ...dag, visits: 0, found })
      if (seen === before) return found
      before = seen
    }
    return []
  }

  async function* checkAll(signal: AbortSignal, secondLookAfter: number): AsyncGenerator<CheckEvent> {
    const suspects = new Set<string>()
    yield* checkStore(blocks, signal)
    yield* checkDags(suspects, signal)
    if (suspects.size > 0) await sleep(secondLookAfter, undefined, { signal })
    yield* checkSuspects(suspects, signal)
    for await (const finding of checkAccounts(db, signal)) yield { finding }
  }

  return {
    async *run({ signal = new AbortController().signal, secondLookAfter = 1_000 } = {}) {
      let findings = 0
      let dags = 0
      for await (const event of checkAll(signal, secondLookAfter)) {
        if ('finding' in event) findings++
        if ('progress' in event && event.progress.phase === 'dags') dags = event.progress.done
        yield event
      }
      const stats = await blocks.stats()
      yield { summary: { findings, blocks: stats.blocks, segments: stats.segments, dags } }
    },
  }
}
