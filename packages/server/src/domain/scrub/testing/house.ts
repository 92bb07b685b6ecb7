import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '@thole/dag'
import { openMemoryStore } from '../../../blocks/memory-store.ts'
import { openDb } from '../../../db/index.ts'
import { noNetwork } from '../../../network/index.ts'
import type { Log } from '../../../ports/log.ts'
import type { Network } from '../../../ports/network.ts'
import { createCompleteness } from '../../dags/index.ts'
import { openToAll, type Moderation } from '../../moderation/index.ts'
import { createRepairer, createScrubber, watchDamage } from '../index.ts'

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A memory store and a database with an account, and what scrubs and repairs them. */
export async function openHouse({ network: given, moderation = openToAll, period = 0, rate = 1e9 }: { network?: Network; moderation?: Moderation; period?: number; rate?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-scrub-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const blocks = openMemoryStore()
  const network = given ?? (await noNetwork({ keyFile: join(folder, 'peer.key') }))
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead }
  const completeness = createCompleteness({ db, blocks, clock })
  const parts = { db, blocks, completeness, network, moderation, clock, log: quiet, period, rate }
  const watch = watchDamage(parts)
  const account = { id: crypto.randomUUID(), email: 'a@example.org', role: 'admin', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  const stop = new AbortController()
  const running: Promise<unknown>[] = []

  async function put(all: readonly Block[]): Promise<void> {
    await using writer = blocks.writer()
    for (const block of all) await writer.put(block)
    await writer.commit()
  }

  return {
    db, blocks, clock, account, put,
    scrubber: createScrubber(parts),
    signal: stop.signal,

    /** Stored, complete and pinned. Returns the DAG. */
    async pin(root: Block, below: readonly Block[], origins: string[] = []): Promise<string> {
      await put([root, ...below])
      const dag = root.cid.toString()
      await db.write(async (w) => {
        await w.dags.lock(dag, 1)
        await w.dags.setComplete(dag, { bytes: 1, blocks: 1 + below.length }, 1)
        const created = await w.accounts.nextStamp(account.id, 1)
        await w.pins.insert({ id: crypto.randomUUID(), accountId: account.id, cid: dag, dag, origins, status: 'pinned', created, deadline: 9e12 })
        await w.dags.hold(account.id, dag)
      })
      return dag
    },

    /** Flips a bit, and has it found by a read. */
    async damage(...bad: Block[]): Promise<void> {
      for (const { cid } of bad) {
        blocks.corrupt(cid.multihash.bytes)
        await blocks.get(cid.multihash.bytes).catch(() => {})
      }
    },

    damageOf: async (dag: string) => (await db.read((r) => r.damage.ofDags([dag], 10))).get(dag),

    /** Repairs in the background until all is well. */
    repair(): Promise<void> {
      const run = createRepairer(parts).run(stop.signal)
      run.catch(() => {})
      running.push(run)
      return run
    },

    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.allSettled(running)
      completeness.close()
      await watch.close()
      await network.close()
      await blocks.close()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
