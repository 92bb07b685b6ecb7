import { canonicalCid, type BlockSink, type ProfileName } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault, toFault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import { count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, PinRequestView, Upload, Writer } from '../../ports/db/index.ts'
import { demand, type Principal } from '../access/index.ts'
import { applyMeasure, measureDag, type Measure } from '../dags/index.ts'
import { recordPin, settlePartialsJob } from '../pins/index.ts'
import { meter } from './meter.ts'
import { receiveCar, receiveFile, receiveFiles, type IncomingFile, type ReceivedRoots, type ReceiveOptions } from './receive.ts'

export interface UploadsParts {
  db: Db
  blocks: BlockStore
  clock: Clock
  /** Bytes of one upload. */
  maxBody: number
  /** Bytes that must stay free. */
  minFree: number
  /** Milliseconds that an incomplete DAG waits for its other parts. */
  partialTtl: number
  wakeJobs(): void
}

export interface UploadWish {
  name?: string
  profile: ProfileName
  /** Whether pin requests are made, one a root. */
  pin: boolean
  signal: AbortSignal
}

export interface Received {
  upload: Upload
  /** One a root, in their order; empty without `pin`. */
  pins: PinRequestView[]
}

/**
 * Bytes in, CID out. Every method resolves only when the blocks, the index and the rows are durable. Faults: INVALID_REQUEST, INVALID_CAR,
 * HASH_MISMATCH, UNSUPPORTED_CODEC, TOO_LARGE, STORAGE_FULL, ABORTED; then nothing of the upload is listed.
 */
export interface Uploads {
  file(principal: Principal, bytes: AsyncIterable<Uint8Array>, wish: UploadWish): Promise<Received>
  files(principal: Principal, files: AsyncIterable<IncomingFile>, wish: UploadWish): Promise<Received>
  car(principal: Principal, bytes: AsyncIterable<Uint8Array>, wish: UploadWish): Promise<Received>
  list(principal: Principal, page: { before?: number; limit: number }): Promise<{ count: number; uploads: Upload[] }>
  /** Ends the upload and the pin requests made with it. Fault NOT_FOUND. */
  remove(principal: Principal, id: string): Promise<void>
}

/** Blocks that one upload may have walked before its answer. */
const walkBudget = 5_000_000

interface Root {
  cid: CID
  dag: string
  /** Undefined where a row says already that it is complete, or where it is too large to walk within a request. */
  measure?: Measure
}

export function createUploads({ db, blocks, clock, maxBody, minFree, partialTtl, wakeJobs }: UploadsParts): Uploads {
  type Read = (sink: BlockSink, options: ReceiveOptions, metered: ReturnType<typeof meter>) => Promise<ReceivedRoots>

  async function receive(principal: Principal, wish: UploadWish, read: Read): Promise<Received> {
    demand(principal, 'upload')
    checkName(wish.name)
    const watch = meter({ maxBytes: maxBody, free: async () => (await blocks.stats()).free - minFree, signal: wish.signal })
    await watch.demandRoom()
    const writer = blocks.writer({ signal: wish.signal })
    try {
      const received = await read((block) => writer.put(block), { profile: wish.profile, signal: wish.signal }, watch)
      wish.signal.throwIfAborted()
      await writer.commit()
      const roots = await measure(distinct(received.roots), wish.signal)
      const result = await db.write((w) => record(w, principal, wish, { kind: received.kind, bytes: watch.bytes(), roots }))
      wakeJobs()
      return result
    } catch (error) {
      await writer.end()
      throw error
    }
  }

  /** Walks the new roots one after the other, all within one budget. */
  async function measure(cids: readonly CID[], signal: AbortSignal): Promise<Root[]> {
    const roots: Root[] = []
    let left = walkBudget
    for (const cid of cids) {
      const dag = canonicalCid(cid)
      const known = await db.read((r) => r.dags.get(dag))
      const isDue = known?.state !== 'complete' && left > 0
      const found = isDue ? await measureWithin(left, cid, signal) : undefined
      // A walk that was given up has used all that was left.
      if (isDue) left = found ? left - stepsOf(found) : 0
      roots.push({ cid, dag, measure: found })
    }
    return roots
  }

  /** Undefined where the DAG has more blocks than that: a job walks it then. */
  async function measureWithin(maxBlocks: number, cid: CID, signal: AbortSignal): Promise<Measure | undefined> {
    try {
      return await measureDag(blocks, cid, { maxBlocks, signal })
    } catch (error) {
      if (toFault(error).code === 'DAG_LIMIT') return undefined
      throw error
    }
  }

  async function record(w: Writer, principal: Principal, wish: UploadWish, received: Pick<Upload, 'kind' | 'bytes'> & { roots: Root[] }): Promise<Received> {
    const now = clock.now()
    const accountId = principal.account.id
    const { kind, bytes } = received
    const roots = received.roots.map(({ cid, dag }, i) => ({ cid: cid.toString(), dag, name: nameOf(wish.name, i, received.roots.length) }))
    const upload: Upload = { id: crypto.randomUUID(), accountId, name: wish.name, kind, bytes, created: await w.accounts.nextStamp(accountId, now), roots }
    await w.uploads.insert(upload)
    const pins: PinRequestView[] = []
    // Locks are taken in one order everywhere, so that two uploads of the same roots cannot wait for each other.
    const order = received.roots.map((root, i) => ({ root, i })).sort((a, b) => (a.root.dag < b.root.dag ? -1 : 1))
    for (const { root, i } of order) {
      const locked = await w.dags.lock(root.dag, now)
      const dag = root.measure ? await applyMeasure(w, locked, root.measure, now) : locked
      await w.dags.addHolders(root.dag, 1)
      if (!wish.pin) continue
      const pin = { accountId, cid: root.cid.toString(), name: roots[i]?.name, origins: [], deadline: now + partialTtl, uploadId: upload.id }
      pins[i] = await recordPin(w, dag, { ...pin, waitsFor: missingWords(root.measure) }, now)
    }
    if ((await w.dags.partial('', 1)).length > 0) await w.jobs.enqueue({ kind: settlePartialsJob, key: '', runAt: now })
    return { upload, pins }
  }

  return {
    file: (principal, bytes, wish) => receive(principal, wish, (sink, options, watch) => receiveFile(watch.through(bytes), sink, options)),
    files: (principal, files, wish) => receive(principal, wish, (sink, options, watch) => receiveFiles(watch.throughFiles(files), sink, options)),
    car: (principal, bytes, wish) => receive(principal, wish, (sink, options, watch) => receiveCar(watch.through(bytes), sink, options)),

    async list(principal, page) {
      demand(principal, 'upload')
      const { id } = principal.account
      return db.read(async (r) => ({ count: await r.uploads.count(id), uploads: await r.uploads.list(id, page) }))
    },

    async remove(principal, id) {
      demand(principal, 'upload')
      const accountId = principal.account.id
      await db.write(async (w) => {
        const upload = await w.uploads.get(accountId, id)
        if (!upload) throw fault('NOT_FOUND', { what: 'upload of that id' })
        for (const dag of upload.roots.map((root) => root.dag).sort()) await w.dags.lock(dag, clock.now())
        for (const { dag } of await w.pins.removeOfUpload(accountId, id)) await w.dags.addHolders(dag, -1)
        for (const { dag } of upload.roots) await w.dags.addHolders(dag, -1)
        await w.uploads.remove(accountId, id)
      })
    },
  }
}

function stepsOf(measure: Measure): number {
  return measure.complete ? measure.blocks : measure.blocks + measure.missingCount
}

/** A CAR may name a root twice, also in two spellings. */
function distinct(roots: readonly CID[]): CID[] {
  return [...new Map(roots.map((cid) => [canonicalCid(cid), cid])).values()]
}

/** Pinion: several roots get "-root-0", "-root-1", … behind the name. */
function nameOf(name: string | undefined, index: number, roots: number): string | undefined {
  return roots > 1 ? `${name ?? ''}-root-${index}` : name
}

function missingWords(measure: Measure | undefined): string {
  if (measure === undefined || measure.complete) return 'Waiting for its turn.'
  const first = measure.missing[0]
  return `${count(measure.missingCount, 'block')} missing (first: ${first?.cid} at "/${first?.path}"); upload the other parts, or they are fetched where a peer has them.`
}

