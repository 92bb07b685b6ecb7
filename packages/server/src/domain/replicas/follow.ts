import type { Clock } from '../../ports/clock.ts'
import type { Db, Writer } from '../../ports/db/index.ts'
import type { Replicas } from '../../ports/replicas.ts'
import { settlePins } from '../events/index.ts'
import { enqueueReplicate, lookJob } from './jobs.ts'

interface Parts {
  db: Db
  clock: Clock
}

/** Where the last walk through all DAGs came to its end: the nodes that it was for. */
const instanceName = 'replicas'
const slice = 50

/** Whether the DAGs are still as other nodes, or none, made them. */
export async function hasChanged(db: Db, replicas?: Replicas): Promise<boolean> {
  return ((await db.read((r) => r.instance.get(instanceName))) ?? '') !== nameOf(replicas)
}

/** Has every DAG looked at: what is held and complete counts as degraded until the nodes have it. */
export async function followNode({ db, clock, replicas }: Parts & { replicas: Replicas }, signal: AbortSignal): Promise<void> {
  const { wanted } = replicas.status()
  for (let after = ''; ; ) {
    signal.throwIfAborted()
    const dags = await db.read((r) => r.dags.list(after, slice))
    const last = dags.at(-1)
    if (last === undefined) break
    await db.write(async (w) => {
      for (const { cid } of dags) await enrol(w, cid, wanted, clock.now())
    })
    after = last.cid
  }
  await db.write(async (w) => {
    await w.instance.set(instanceName, nameOf(replicas))
    await w.jobs.enqueue({ kind: lookJob, key: '', runAt: clock.now() })
  })
}

/** What rows say of copies is of another server's nodes: the next start goes through all of them. */
export function followAnew(w: Writer): Promise<void> {
  return w.instance.set(instanceName, 'of another server')
}

async function enrol(w: Writer, cid: string, wanted: number, now: number): Promise<void> {
  // It may be gone since it was listed.
  if (!(await w.dags.get(cid))) return
  const { state, holders } = await w.dags.lock(cid, now)
  if (state !== 'complete' || holders === 0) return
  const row = await w.replicas.get(cid)
  if (row?.state === 'waiting' || row?.state === 'leaving') await enqueueReplicate(w, cid, now)
  else await w.replicas.set(cid, { state: 'degraded', nodes: row?.nodes ?? [], wanted, nextLook: now }, now)
}

/** Forgets the nodes: complete here is all that is wanted again. What they have stays there. */
export async function forgetNode({ db, clock }: Parts, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const dags = await db.read((r) => r.replicas.list('', slice))
    if (dags.length === 0) break
    await db.write(async (w) => {
      for (const dag of dags) await forgetOne(w, dag, clock.now())
    })
  }
  await db.write((w) => w.instance.set(instanceName, nameOf()))
}

export async function forgetOne(w: Writer, dag: string, now: number): Promise<void> {
  await w.replicas.remove(dag)
  if (!(await w.dags.get(dag))) return
  if ((await w.dags.lock(dag, now)).state === 'complete') await settlePins(w, dag, { status: 'pinned' }, now)
}

function nameOf(replicas?: Replicas): string {
  if (replicas === undefined) return ''
  const { driver, address, wanted } = replicas.status()
  return `${driver} ${address} ${wanted}`
}
