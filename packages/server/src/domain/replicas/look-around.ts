import { CID } from 'multiformats/cid'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Copy } from '../../ports/replicas.ts'
import { lookJob, mendJob } from './jobs.ts'
import { recordCopies } from './record.ts'
import type { ReplicateParts } from './replicate-one.ts'

type Parts = Pick<ReplicateParts, 'db' | 'clock' | 'replicas' | 'outages' | 'period'>

/** DAGs of one question, and milliseconds between two: nodes have other work. */
const slice = 50
const restMs = 500
/** The next try where nobody could be asked. */
const outageMs = 15_000
const leastMs = 1_000

/**
 * Looks at the copies whose turn it is, those that are longest due first. Where nobody can be asked nothing is concluded, and nothing is
 * written. What lacks copies is told so and left to a job.
 */
export async function lookAround(parts: Parts, signal: AbortSignal): Promise<void> {
  const { db, clock, replicas, outages, period } = parts
  let next: number | undefined
  while (next === undefined) {
    const dags = await db.read((r) => r.replicas.due(clock.now(), slice))
    if (dags.length === 0) next = Math.min((await db.read((r) => r.replicas.nextDue())) ?? Infinity, clock.now() + period)
    else {
      const found = await outages.survive(() => replicas.look(dags.map((dag) => CID.parse(dag)), signal))
      if ('why' in found) next = clock.now() + outageMs
      else await write(new Map(dags.map((dag, i) => [dag, found.value[i]])), parts)
      if (dags.length === slice) await sleep(restMs, undefined, { signal })
    }
  }
  const runAt = Math.max(next, clock.now() + leastMs)
  await db.write((w) => w.jobs.enqueue({ kind: lookJob, key: '', runAt }))
}

async function write(found: ReadonlyMap<string, Copy[] | undefined>, { db, clock, replicas, period }: Parts): Promise<void> {
  const { wanted } = replicas.status()
  const now = clock.now()
  const nextLook = now + period
  const rows = await db.read((r) => r.replicas.ofDags([...found.keys()]))
  const isSame = (dag: string, copies: Copy[] | undefined) => {
    // It was not told.
    if (copies === undefined) return true
    const row = rows.get(dag)
    const nodes = copies.filter(({ state }) => state === 'confirmed').map(({ node }) => node)
    return row?.state === 'confirmed' && row.wanted === wanted && nodes.length >= wanted && nodes.length === row.nodes.length && nodes.every((node) => row.nodes.includes(node))
  }
  const same = [...found].flatMap(([dag, copies]) => (isSame(dag, copies) ? [dag] : []))
  if (same.length > 0) await db.write((w) => w.replicas.putOff(same, nextLook))
  for (const [dag, copies] of found) {
    if (copies === undefined || same.includes(dag)) continue
    await db.write(async (w) => {
      const isInOrder = await recordCopies(w, dag, { copies, wanted, nextLook }, now)
      if (!isInOrder) await w.jobs.enqueue({ kind: mendJob, key: dag, runAt: now })
      // A row that this did not write is not to be due for ever.
      else await w.replicas.putOff([dag], nextLook)
    })
  }
}
