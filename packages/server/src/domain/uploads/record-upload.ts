import { canonicalCid } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import { newId } from '../../kernel/ids.ts'
import { count } from '../../kernel/words.ts'
import type { PinRequestView, Upload, Writer } from '../../ports/db/index.ts'
import { actorOf, type Principal } from '../access/index.ts'
import type { Looked, Measure } from '../dags/index.ts'
import { recordPin } from '../pins/index.ts'
import type { UploadRoom } from '../usage/index.ts'
import { mediaTypeOf } from './told.ts'
import type { Received, UploadWish } from './uploads.ts'

export interface NewUpload extends Pick<Upload, 'kind' | 'bytes' | 'blocks' | 'blockBytes' | 'files'> {
  car?: string
  roots: CID[]
  /** CIDs of the lists of what it brought; none where nothing is missing. */
  partLists: string[]
}

interface NewParts {
  principal: Principal
  wish: UploadWish
  received: NewUpload
  looked: Looked
  room: Pick<UploadRoom, 'settle'>
  /** Milliseconds that an incomplete DAG waits for its other parts. */
  partialTtl: number
  now: number
}

/**
 * Part of the transaction in which what an upload brought becomes its account's: the upload, what is held, and its pin requests. Faults CONFLICT
 * (a guest's root that is there already), QUOTA_EXCEEDED.
 */
export async function recordUpload(w: Writer, { principal, wish, received, looked, room, partialTtl, now }: NewParts): Promise<Received> {
  const accountId = principal.account.id
  const { kind, bytes, blocks, blockBytes, files, car } = received
  const roots = received.roots.map((cid, i) => ({ cid: cid.toString(), dag: canonicalCid(cid), name: nameOf(wish.name, i, received.roots.length), ...(!wish.pin && { unpinned: true as const }) }))
  const told = { mediaType: mediaTypeOf(wish.mediaType), keyName: principal.keyName, files }
  const made = kind === 'car' ? wish.madeOf : undefined
  const upload: Upload = { id: newId(now), accountId, name: wish.name, kind: made?.kind ?? kind, bytes: made?.bytes ?? bytes, blocks, blockBytes, ...told, created: await w.accounts.nextStamp(accountId, now), roots }
  await w.uploads.insert(upload)
  await w.uploads.addPartLists(received.partLists.map((list, position) => ({ uploadId: upload.id, position, cid: list })))
  const pins: PinRequestView[] = []
  // Locks are taken in one order everywhere, so that two uploads of the same roots cannot wait for each other.
  const order = roots.map((root, i) => ({ root, i })).sort((a, b) => (a.root.dag < b.root.dag ? -1 : 1))
  for (const { root, i } of order) {
    const { dag, measure, unconfirmed } = await looked.lock(w, root.dag, now)
    if (wish.guest && (await w.roots.get(accountId, root.cid))) throw fault('CONFLICT', { reason: `${root.cid} has been uploaded already` })
    await w.dags.hold(accountId, root.dag, { times: wish.pin ? 2 : 1, now, parts: dag.state === 'partial' })
    if (dag.state === 'partial') await w.pins.prolong(accountId, dag.cid, now + partialTtl)
    const created = root === order[0]!.root ? upload.created : await w.accounts.nextStamp(accountId, now)
    await w.roots.note({ accountId, cid: root.cid, dag: root.dag, name: root.name, created, uploadId: upload.id })
    if (car !== undefined) await w.roots.addPart(accountId, root.cid, car)
    if (!wish.pin) continue
    const pin = { accountId, cid: root.cid, name: root.name, origins: [], deadline: now + partialTtl, uploadId: upload.id, created }
    pins[i] = await recordPin(w, dag, { ...pin, waitsFor: missingWords(measure), unconfirmed }, now)
  }
  await room.settle(w)
  w.events.note({ accountId, kind: 'upload.received', actor: actorOf(principal), at: now, sample: { cid: roots[0]?.cid, name: wish.name } })
  return { upload, pins, car }
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
