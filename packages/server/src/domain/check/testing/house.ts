import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalCid, linksToFollow, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { openMemoryStore } from '../../../blocks/memory-store.ts'
import { openDb } from '../../../db/index.ts'
import type { BlockStore } from '../../../ports/block-store.ts'
import { createCheck, type CheckParts, type Finding } from '../index.ts'

/** What is found of this DAG by the plainest of walks. */
export async function walked(blocks: BlockStore, root: CID) {
  const found = { blocks: 0, bytes: 0, missing: [] as { cid: string; path: string }[] }
  const seen = new Set<string>()
  async function visit(cid: CID, path: string): Promise<void> {
    if (seen.has(canonicalCid(cid))) return
    seen.add(canonicalCid(cid))
    const bytes = await blocks.get(cid.multihash.bytes)
    if (!bytes) return void found.missing.push({ cid: canonicalCid(cid), path })
    found.blocks++
    found.bytes += bytes.length
    for (const [i, link] of linksToFollow(cid, bytes).entries()) await visit(link, `${path}/${i}`)
  }
  await visit(root, '')
  return found
}

/** A memory store and a database in a folder of its own, with one account, and a check of both. */
export async function openHouse() {
  const folder = await mkdtemp(join(tmpdir(), 'thole-check-'))
  const db = await openDb({ url: join(folder, 'thole.sqlite') })
  await db.migrate()
  const blocks = openMemoryStore()
  const account = crypto.randomUUID()
  await db.write((w) => w.accounts.insert({ id: account, email: 'a@example.org', role: 'user', created: 1, suspended: false }))

  async function store(all: readonly Block[]): Promise<void> {
    await using writer = blocks.writer()
    for (const block of all) await writer.put(block)
    await writer.commit()
  }

  /** Takes blocks away from under the database. */
  async function lose(...gone: Block[]): Promise<void> {
    const names = new Set(gone.map(({ cid }) => canonicalCid(cid)))
    const rest = [...stored.values()].filter(({ cid }) => !names.has(canonicalCid(cid)))
    await using run = await blocks.reclaim()
    await run.mark(rest.map(({ cid }) => cid.multihash.bytes))
    for await (const _ of run.sweep());
  }

  const stored = new Map<string, Block>()

  return {
    folder,
    db,
    blocks,
    account,
    lose,

    /** An upload of these blocks, its row as a walk finds it. */
    async upload(root: Block, all: readonly Block[]): Promise<string> {
      const dag = canonicalCid(root.cid)
      await store(all)
      for (const block of all) stored.set(canonicalCid(block.cid), block)
      const { missing, ...size } = await walked(blocks, root.cid)
      await db.write(async (w) => {
        const created = await w.accounts.nextStamp(account, 1)
        await w.uploads.insert({ id: crypto.randomUUID(), accountId: account, kind: 'car', bytes: 1, created, roots: [{ cid: dag, dag }] })
        const row = await w.dags.lock(dag, 1)
        await w.dags.hold(account, dag)
        if (missing.length === 0) await w.dags.setComplete(dag, size, 1)
        else await w.dags.setMissing(row, missing, missing.length)
      })
      return dag
    },

    async check(settle: CheckParts['settle'] | null = async () => {}) {
      const findings: Finding[] = []
      for await (const event of createCheck({ db, blocks, settle: settle ?? undefined }).run({ secondLookAfter: 1 })) {
        if ('finding' in event) findings.push(event.finding)
        if ('summary' in event) return { ...event.summary, found: event.summary.findings, findings: findings.map(({ kind, words }) => `${kind}: ${words}`) }
      }
      throw new Error('no summary')
    },

    async [Symbol.asyncDispose]() {
      await db.close()
      await blocks.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
