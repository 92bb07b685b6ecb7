import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDb } from '../../../db/index.ts'
import { noNetwork } from '../../../network/index.ts'
import type { AnnounceResult } from '../../../ports/network.ts'
import { openToAll } from '../../moderation/index.ts'
import { standsAlone } from '../../replicas/index.ts'
import { leaf } from '../../testing/blocks.ts'
import { createProviding } from '../index.ts'

/** A database with an account, and a public network that answers as it is told to. */
export async function openHouse({ rate = 10_000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-providing-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead }
  const heard: string[] = []
  const told: AnnounceResult = { state: 'told', peers: 20 }
  let answer: (dag: string) => AnnounceResult = () => told
  const network = {
    ...(await noNetwork({ keyFile: join(folder, 'peer.key') })),
    async announce(root: { toString(): string }) {
      heard.push(root.toString())
      return answer(root.toString())
    },
  }
  const parts = { db, network, moderation: openToAll, clock, rate }
  const providing = createProviding(parts)
  const standing = providing.noting(standsAlone)
  const account = { id: crypto.randomUUID(), email: 'a@example.org', role: 'admin', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  let seeds = 0

  return {
    db, clock, providing, account, parts,
    /** The DAGs that were announced since it was asked last. */
    heard: () => heard.splice(0),
    answerWith: (fn: (dag: string) => AnnounceResult) => void (answer = fn),

    /** Makes roots complete and held; `noted`: while everything is announced. */
    async hold({ noted = true, complete = true, at = clock.now(), times = 1 } = {}): Promise<string[]> {
      const dags = Array.from({ length: times }, () => leaf(`root ${seeds++}`).cid.toString())
      await db.write(async (w) => {
        for (const dag of dags) {
          await w.dags.lock(dag, at)
          if (complete) await w.dags.setComplete(dag, { bytes: 1, blocks: 1 }, at)
          if (noted && complete) await standing(w, dag, at)
          await w.dags.hold(account.id, dag)
        }
      })
      return dags
    },
    again: (dag: string) =>
      db.write(async (w) => {
        await w.dags.lock(dag, clock.now())
        await standing(w, dag, clock.now())
        await w.dags.hold(account.id, dag)
      }),
    release: (dag: string) => db.write((w) => w.dags.release(account.id, dag, 1, clock.now())),
    rows: () => db.read((r) => r.announcements.due(1e15, 1000)),

    async [Symbol.asyncDispose]() {
      providing.close()
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
}
