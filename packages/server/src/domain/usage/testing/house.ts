import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { carFrame, carHeader, type Block } from '@thole/dag'
import { openMemoryStore } from '../../../blocks/memory-store.ts'
import { openDb } from '../../../db/index.ts'
import { scopes } from '../../../kernel/scopes.ts'
import type { Db, Plan } from '../../../ports/db/index.ts'
import type { Principal } from '../../access/index.ts'
import { createCompleteness } from '../../dags/index.ts'
import { openToAll } from '../../moderation/index.ts'
import { createPins } from '../../pins/index.ts'
import { createUploads } from '../../uploads/index.ts'
import { createQuotas, openPlans } from '../index.ts'

export const signal = new AbortController().signal
export const admin = (account: Principal['account']): Principal => ({ account: { ...account, role: 'admin' }, scopes: new Set(scopes) })

export interface HouseOptions {
  /** Default: SQLite in a folder of its own. */
  url?: string
  lease?: number
  maxUploads?: number
}

/** Servers over one database and one store, whose accounts have plans; with a clock that tests move. */
export async function openHouse({ url, ...limits }: HouseOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-usage-'))
  const clock = { time: Date.now(), now: () => clock.time }
  const blocks = openMemoryStore()
  const place = url ?? join(folder, 'thole.sqlite')
  const opened = new AsyncDisposableStack()
  opened.defer(() => rm(folder, { recursive: true }))
  opened.defer(() => blocks.close())

  async function openServer() {
    const db = opened.adopt(await openDb({ url: place }), (it) => it.close())
    await db.migrate()
    const plans = opened.adopt(await openPlans({ db, clock }), (it) => it.close())
    const seen = new Set<string>()
    const quotas = opened.adopt(createQuotas({ db, clock, plans, more: () => 'for more, see the plans', onUse: (id) => void seen.add(id), ...limits }), (it) => it.close())
    const completeness = createCompleteness({ db, blocks, clock, quotas })
    const parts = { db, blocks, completeness, moderation: openToAll, clock, quotas, maxBody: 1e9, minFree: 0, fetchDeadline: 1e9, maxWaiting: 0, partialTtl: 1e9 }
    return { db, plans, quotas, completeness, seen, parts, uploads: createUploads(parts), pins: createPins(parts) }
  }

  const first = await openServer()
  const { db, plans } = first
  const root = await newAccount(db)

  return {
    ...first, clock, blocks, openServer, root,

    /** Somebody with a plan of these limits. */
    async member(limits: Partial<Plan>): Promise<Principal> {
      const account = await newAccount(db)
      const plan: Plan = { id: crypto.randomUUID(), name: 'Small', words: '', priceGibMonth: 0, priceGibSent: 0, currency: 'USD', ...limits }
      await plans.put(admin(root), plan)
      await plans.assign(admin(root), account.id, plan.id)
      return { account: { ...account, planId: plan.id }, scopes: new Set(scopes) }
    },

    /** All that counts of it, and what is reserved. */
    async used({ account: { id } }: Principal) {
      const { charged, waiting, reserved } = await db.read((r) => r.quotas.of(id, 0))
      return { bytes: charged.bytes + waiting.bytes, blocks: charged.blocks + waiting.blocks, reserved: reserved.bytes }
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>

export function carOf(root: Block, ...all: Block[]): Buffer {
  return Buffer.concat([carHeader([root.cid]), ...all.flatMap((block) => carFrame(block))])
}

/** In pieces, so that others get turns between them. */
export async function* inPieces(bytes: Uint8Array, size = 50_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((resolve) => setImmediate(resolve))
    yield bytes.subarray(at, at + size)
  }
}

async function newAccount(db: Db) {
  const id = crypto.randomUUID()
  const account = { id, email: `${id}@example.org`, role: 'user', created: 1, suspended: false } as const
  await db.write((w) => w.accounts.insert(account))
  return account
}
