import { canonicalCid, isInline, parseCid, type BlockSink, type ProfileName } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import { checkName } from '../../kernel/names.ts'
import type { BlockStore, BlockWriter } from '../../ports/block-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, PinRequestView, ToldFile, Upload, UploadPage, UploadRoot, Visits } from '../../ports/db/index.ts'
import { actorOf, demand, type Principal } from '../access/index.ts'
import type { Completeness } from '../dags/index.ts'
import type { Moderation } from '../moderation/index.ts'
import { holdsOf } from '../pins/index.ts'
import { garbageNotes, releaseDag } from '../reclaim/index.ts'
import { noQuotas, type Caps, type Quotas } from '../usage/index.ts'
import { hashCar } from './car-hash.ts'
import { meter } from './meter.ts'
import { listParts } from './part-list.ts'
import { receiveCar, receiveFile, receiveFiles, type IncomingFile, type ReceivedRoots, type ReceiveOptions } from './receive.ts'
import { receiveToken, type ReceivedToken, type TokenForm } from './receive-token.ts'
import { recordUpload } from './record-upload.ts'
import type { Metadata } from './token-metadata.ts'
import { toldFiles } from './told.ts'
import { endOfUnread } from './unread-end.ts'

export interface UploadsParts {
  db: Db
  blocks: BlockStore
  completeness: Completeness
  moderation: Moderation
  clock: Clock
  /** Bytes of one upload. */
  maxBody: number
  /** Bytes that must stay free. */
  minFree: number
  /** Milliseconds that an incomplete DAG waits for its other parts. */
  partialTtl: number
  /** Milliseconds that an upload waits for its first reader; default 0: for ever. */
  unpinnedTtl?: number
  /** Blocks that an upload did not bring and may have looked at before its answer; default 200,000. */
  othersBudget?: number
  /** Default: everybody has room for everything. */
  quotas?: Pick<Quotas, 'upload'>
}

export interface UploadWish {
  name?: string
  profile: ProfileName
  /** Whether pin requests are made, one a root; without, its first reader has them made. Undefined: as the account decided. */
  pin?: boolean
  /** A form is a directory, also where it has one file. */
  wrap?: boolean
  /** A CAR has one root, and brings it unless it is here: fault INVALID_CAR. */
  ownRoot?: boolean
  /**
   * The account takes it from people whom it does not know. Nothing that it has is changed and nothing is fetched for them: the CAR brings
   * its root, the rest of the DAG is in it or here (fault INVALID_CAR), and the account has no upload of that root (fault CONFLICT).
   */
  guest?: boolean
  /** What the account may come to hold, besides what its plan gives. */
  caps?: Caps
  /** Bytes that the client says it sends, or a little more; undefined: nobody knows. */
  declared?: number
  /** The client is told the CID of a CAR as it was sent, and finds it again among the parts of its root. */
  tellCar?: boolean
  /** What the client calls the type of it. */
  mediaType?: string
  /** What a CAR was made of, as its client tells, for lists to show. */
  madeOf?: { kind: 'file' | 'directory'; bytes?: number }
  /** Hears of the roots of a CAR before its blocks are taken, and may throw. */
  onRoots?(roots: readonly CID[]): void
  signal: AbortSignal
}

/** An upload with how often its roots were read. */
export interface UploadView extends Upload {
  roots: (UploadRoot & { visits: Visits; /** When it ends if nobody reads it until then. */ expires?: number })[]
}

export interface Received {
  upload: Upload
  /** One a root, in their order; empty without `pin`. */
  pins: PinRequestView[]
  /** CID of the CAR itself; with `tellCar` alone. */
  car?: string
}

/**
 * Bytes in, CID out. Every method resolves only when the blocks, the index and the rows are durable. Faults: INVALID_REQUEST, INVALID_CAR,
 * HASH_MISMATCH, UNSUPPORTED_CODEC, BLOCKED, BLOCKED_BY_LAW, TOO_LARGE, QUOTA_EXCEEDED, RATE_LIMITED, STORAGE_FULL, ABORTED, and those of a guest; then nothing of the
 * upload is listed.
 */
export interface Uploads {
  file(principal: Principal, bytes: AsyncIterable<Uint8Array>, wish: UploadWish): Promise<Received>
  files(principal: Principal, files: AsyncIterable<IncomingFile>, wish: UploadWish): Promise<Received>
  car(principal: Principal, bytes: AsyncIterable<Uint8Array>, wish: UploadWish): Promise<Received>
  /** The metadata of a token and the files that belong into it. */
  token(principal: Principal, form: TokenForm, wish: UploadWish): Promise<Received & Pick<ReceivedToken, 'data'>>
  /** `cid`: with this root. `count`: of all, whatever is looked for. Faults as those of a CID. */
  list(principal: Principal, page: Omit<UploadPage, 'dag'> & { cid?: string }): Promise<{ count: number; uploads: UploadView[] }>
  /** Ends the upload and the pin requests made with it. Fault NOT_FOUND. */
  remove(principal: Principal, id: string): Promise<void>
}

/**
 * Blocks that one upload may have looked at before its answer; beyond, a job looks at the rest. Of those that it did not bring itself there
 * are fewer, since a small block may name millions of them.
 */
const walkBudget = 2_000_000
const defaultOthersBudget = 200_000

export function createUploads({ db, blocks, completeness, moderation, clock, maxBody, minFree, partialTtl, unpinnedTtl = 0, othersBudget = defaultOthersBudget, quotas = noQuotas }: UploadsParts): Uploads {
  type Read = (sink: BlockSink, options: ReceiveOptions, metered: ReturnType<typeof meter>) => Promise<ReceivedRoots>
  const noteGarbage = garbageNotes({ db, clock })

  async function receive(principal: Principal, wanted: UploadWish, read: Read, files?: ToldFile[]): Promise<Received> {
    demand(principal, 'upload')
    const wish = { ...wanted, pin: wanted.pin ?? !principal.account.onDemand }
    checkName(wish.name)
    const { signal, declared, caps } = wish
    await using room = await quotas.upload(principal.account, { declared, caps })
    const watch = meter({ maxBytes: maxBody, free: async () => (await blocks.free()) - minFree, signal, room })
    await watch.demandRoom()
    await using writer = completeness.writer({ signal })
    try {
      const parts = listParts(writer)
      let [brought, broughtBytes] = [0, 0]
      const put: BlockSink = (block) => {
        moderation.assertAllowed(block.cid)
        broughtBytes += block.bytes.length
        const wait = room.demand(0, ++brought)
        return wait ? wait.then(() => parts.put(block)) : parts.put(block)
      }
      const received = await read(put, { profile: wish.profile, signal, wrap: wish.wrap, maxRoots: wish.ownRoot ? 1 : undefined, bringsRoots: wish.guest, onRoots: wish.onRoots }, watch)
      signal.throwIfAborted()
      const roots = distinct(received.roots)
      for (const root of roots) moderation.assertAllowed(root)
      // Most parts of a DAG leave it partial: their list then takes no commit of its own.
      if (roots.some((root) => completeness.covers(canonicalCid(root)))) await parts.finish()
      await writer.commit()
      if (wish.ownRoot) await demandHere(roots, writer)
      const decided = await completeness.decide(roots, { writer, budget: Math.min(othersBudget + brought, walkBudget), signal }, async (looked) => {
        if (wish.guest && !looked.isComplete) throw fault('INVALID_CAR', { reason: 'blocks of its DAG are neither in it nor here' })
        const partLists = looked.isComplete ? [] : await parts.finish()
        if (partLists.length > 0) await writer.commit()
        const brings = { kind: received.kind, bytes: watch.bytes(), blocks: brought, blockBytes: broughtBytes, files, roots, partLists, car: received.car }
        return (w) => recordUpload(w, { principal, wish, received: brings, looked, room, partialTtl, now: clock.now() })
      })
      room.committed()
      return decided
    } catch (error) {
      if (watch.bytes() > 0) await noteGarbage()
      throw error
    }
  }

  return {
    file: (principal, bytes, wish) => receive(principal, wish, (sink, options, watch) => receiveFile(watch.through(bytes), sink, options)),
    files(principal, files, wish) {
      const told = toldFiles()
      return receive(principal, wish, (sink, options, watch) => receiveFiles(watch.throughFiles(told.through(files)), sink, options), told.files)
    },
    car(principal, bytes, wish) {
      const hash = wish.tellCar ? hashCar() : undefined
      return receive(principal, wish, async (sink, options, watch) => {
        const received = await receiveCar(hash ? hash.through(watch.through(bytes)) : watch.through(bytes), sink, options)
        return { ...received, car: hash?.cid() }
      })
    },

    async token(principal, { files, metadata }, wish) {
      const told = toldFiles()
      let data: Metadata = {}
      const read: Read = async (sink, options, watch) => {
        const token = await receiveToken({ files: watch.throughFiles(told.through(files)), metadata }, sink, options)
        data = token.data
        return token
      }
      return { ...(await receive(principal, wish, read, told.files)), data }
    },

    async list(principal, { cid, ...page }) {
      demand(principal, 'upload')
      const { id } = principal.account
      return db.read(async (r) => {
        const uploads = await r.uploads.list(id, { ...page, dag: cid === undefined ? undefined : canonicalCid(parseCid(cid)) })
        const visits = await r.dags.visits(uploads.flatMap(({ roots }) => roots.map(({ dag }) => dag)))
        const unread = uploads.flatMap(({ roots }) => roots.filter((root) => root.unpinned).map(({ dag }) => dag))
        const whole = unpinnedTtl > 0 && unread.length > 0 ? await r.dags.completed(unread) : undefined
        const view = ({ created, roots }: Upload) => roots.map((root) => {
          const since = root.unpinned && whole?.get(root.dag)
          const expires = since ? endOfUnread({ since: Math.max(created, since), warned: root.warned }, unpinnedTtl, clock.now()) : undefined
          return { ...root, visits: visits.get(root.dag) ?? { requests: 0, bytes: 0 }, expires }
        })
        return { count: await r.uploads.count(id), uploads: uploads.map((upload) => ({ ...upload, roots: view(upload) })) }
      })
    },

    async remove(principal, id) {
      demand(principal, 'upload')
      const accountId = principal.account.id
      await db.write(async (w) => {
        const now = clock.now()
        const named = await w.uploads.get(accountId, id)
        for (const dag of (named?.roots ?? []).map((root) => root.dag).sort()) await w.dags.lock(dag, now)
        // It, or some of its roots, may have been let go while the locks were waited for.
        const upload = await w.uploads.get(accountId, id)
        if (!upload) throw fault('NOT_FOUND', { what: 'upload of that id' })
        const pins = await w.pins.removeOfUpload(accountId, id)
        for (const { dag } of upload.roots) {
          const pinned = pins.filter((pin) => pin.dag === dag).reduce((sum, pin) => sum + holdsOf(pin), 0)
          await releaseDag(w, accountId, dag, 1 + pinned, now)
        }
        await w.uploads.remove(accountId, id)
        w.events.note({ accountId, kind: 'upload.removed', actor: actorOf(principal), at: now, sample: { cid: upload.roots[0]?.cid, name: upload.name } })
      })
    },
  }
}

async function demandHere(roots: readonly CID[], writer: BlockWriter): Promise<void> {
  const asked = roots.filter((root) => !isInline(root))
  const sizes = await writer.claim(asked.map(({ multihash }) => multihash.bytes))
  const lacking = asked.find((_, i) => sizes[i] === undefined)
  if (lacking) throw fault('INVALID_CAR', { reason: `its root ${lacking} is neither in it nor here` })
}

/** A CAR may name a root twice, also in two spellings. */
function distinct(roots: readonly CID[]): CID[] {
  return [...new Map(roots.map((cid) => [canonicalCid(cid), cid])).values()]
}
