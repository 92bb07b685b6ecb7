import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { carFrame, carHeader, linksToFollow, parseCid, type Block } from '@thole/dag'
import { openMemoryStore } from '../../../blocks/memory-store.ts'
import { openDb } from '../../../db/index.ts'
import { scopes } from '../../../kernel/scopes.ts'
import type { BlockStore } from '../../../ports/block-store.ts'
import type { Log } from '../../../ports/log.ts'
import type { Principal } from '../../access/index.ts'
import { createCompleteness, createDags } from '../../dags/index.ts'
import { openToAll } from '../../moderation/index.ts'
import { createPins } from '../../pins/index.ts'
import { createUploads } from '../../uploads/index.ts'
import { createReclaim, scheduleReclaim } from '../index.ts'

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
export const signal = new AbortController().signal

export interface HouseOptions {
  grace?: number
  partialTtl?: number
}

/** A house over a memory store. */
export function openHouse(options?: HouseOptions) {
  return openHouseOver(async () => openMemoryStore(), options)
}

/** Uploads, pins and reclaim over SQLite and the store that `open` gives, which may use the folder; with a clock that tests move. */
export async function openHouseOver<S extends BlockStore>(open: (folder: string) => Promise<S>, { grace = 0, partialTtl = 1e9 }: HouseOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'thole-reclaim-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const blocks = await open(join(folder, 'blocks'))
  const clock = { time: 1_000_000, now: () => clock.time }
  const completeness = createCompleteness({ db, blocks, clock })
  const parts = { db, blocks, completeness, moderation: openToAll, clock, log: quiet, maxBody: 1e9, minFree: 0, fetchDeadline: 1e9, maxWaiting: 0, partialTtl, grace }
  const uploads = createUploads(parts)
  const reclaim = createReclaim(parts)

  async function member(): Promise<Principal> {
    const id = crypto.randomUUID()
    const account = { id, email: `${id}@example.org`, role: 'user', created: 1, suspended: false } as const
    await db.write((w) => w.accounts.insert(account))
    return { account, scopes: new Set(scopes) }
  }

  return {
    db, blocks, clock, completeness, parts, uploads, reclaim, member,
    pins: createPins(parts),
    dags: createDags(parts),
    schedule: scheduleReclaim({ ...parts, reclaim }),

    /** Sends a CAR; returns the upload. */
    async send(who: Principal, roots: readonly Block[], all: readonly Block[], { pin = true } = {}) {
      const bytes = Buffer.concat([carHeader(roots.map(({ cid }) => cid)), ...all.flatMap((block) => carFrame(block))])
      const stream = (async function* () { yield bytes })()
      return (await uploads.car(who, stream, { profile: 'unixfs-v1-2025', pin, signal })).upload
    },

    /** A block that no row leads to. */
    async leave(block: Block): Promise<void> {
      await using writer = blocks.writer()
      await writer.put(block)
      await writer.commit()
    },

    async isHere(...all: Block[]): Promise<boolean[]> {
      return Promise.all(all.map(({ cid }) => blocks.has(cid.multihash.bytes)))
    },

    /** Takes a block away, as a store does that lost a segment. */
    async lose(lost: Block): Promise<void> {
      await using run = await blocks.reclaim()
      for await (const { cursor } of blocks.scrub()) if (cursor !== Buffer.from(lost.cid.multihash.bytes).toString('hex')) await run.mark([Buffer.from(cursor, 'hex')])
      for await (const _ of run.sweep());
    },

    /** What is not here of a DAG. */
    async missing(dag: string): Promise<string[]> {
      const lacking: string[] = []
      const todo = [parseCid(dag)]
      for (let cid = todo.pop(); cid !== undefined; cid = todo.pop()) {
        const bytes = await blocks.get(cid.multihash.bytes)
        if (bytes) todo.push(...linksToFollow(cid, bytes))
        else lacking.push(cid.toString())
      }
      return lacking
    },

    async [Symbol.asyncDispose]() {
      await blocks.close()
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
