import { CID } from 'multiformats/cid'
import { toFault } from '../../kernel/faults.ts'
import type { Copy } from '../../ports/replicas.ts'
import { leaveReplicas } from './jobs.ts'
import type { Outages } from './outages.ts'
import { recordCopies, recordUnknown } from './record.ts'
import type { PartsWithNodes, ReplicateEnd } from './replication.ts'

export type ReplicateParts = PartsWithNodes & { outages: Outages }

/** Milliseconds that one run waits for nodes that are fetching; they go on without it. */
const patience = 10_000
const backoffMs = [1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 300_000]
/** While nodes are fetching, they are asked this often at least. */
const comingMs = 5_000

export async function replicateOne(dag: string, parts: ReplicateParts, { attempts, signal }: { attempts: number; signal: AbortSignal }): Promise<ReplicateEnd> {
  const { db, clock, replicas, period } = parts
  const { wanted } = replicas.status()
  const later = () => clock.now() + backoff(attempts)
  const [row, known] = await db.read(async (r) => [await r.replicas.get(dag), await r.dags.get(dag)])
  if (row === undefined) return { done: true }
  if (row.state === 'leaving') {
    const why = await letGo(dag, parts, signal)
    return why === undefined ? { done: true } : { done: false, runAt: later(), reason: why }
  }
  if (known === undefined || known.holders === 0) {
    await db.write(async (w) => {
      if (!known || (await w.dags.lock(dag, clock.now())).holders === 0) await leaveReplicas(w, dag, clock.now())
    })
    return { done: true }
  }
  // It counts again when it is complete again.
  if (known.state !== 'complete') return { done: true }

  const found = await make(dag, parts, signal)
  const now = clock.now()
  if (typeof found === 'string') {
    await db.write((w) => recordUnknown(w, dag, found, now))
    return { done: false, runAt: later(), reason: found }
  }
  if (await db.write((w) => recordCopies(w, dag, { copies: found, wanted, nextLook: now + period }, now))) return { done: true }
  const isComing = found.some(({ state }) => state === 'coming')
  return { done: false, runAt: isComing ? Math.min(later(), now + comingMs) : later(), reason: 'too few nodes have it' }
}

/** Who has it then, or why that is not known. */
async function make(dag: string, { replicas, outages, addresses, content, moderation, log }: ReplicateParts, signal: AbortSignal): Promise<Copy[] | string> {
  const root = CID.parse(dag)
  if (moderation.isBlocked(root)) return 'a denylist blocks it'
  const wish = { root, patience, addresses: addresses(), content: (within: AbortSignal) => content(root, within), signal }
  try {
    const found = await outages.survive(() => replicas.pin(wish))
    if ('why' in found) return found.why
    const nodes = found.value.filter(({ reason }) => reason !== undefined)
    if (nodes.length > 0) log.info({ dag, nodes }, 'a replica is not there yet')
    return found.value
  } catch (error) {
    signal.throwIfAborted()
    // The content cannot be read here: it is repaired, or goes.
    const { code, message } = toFault(error)
    log.warn({ dag, code, error }, 'a DAG could not be sent to the nodes that keep replicas')
    return `it could not be sent: ${message.replace(/\.$/, '')}`
  }
}

/** Why the copies are not given up yet. */
async function letGo(dag: string, { db, replicas, outages }: ReplicateParts, signal: AbortSignal): Promise<string | undefined> {
  const end = await outages.survive(() => replicas.unpin(CID.parse(dag), signal))
  if ('why' in end) return end.why
  // Where it is wanted again meanwhile its state is another, and its job runs once more.
  await db.write((w) => w.replicas.remove(dag, 'leaving'))
  return undefined
}

function backoff(attempts: number): number {
  return backoffMs[Math.min(Math.max(attempts, 1), backoffMs.length) - 1]!
}
