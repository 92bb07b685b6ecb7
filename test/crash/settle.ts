import { listAll, type Api } from './api.ts'
import type { Holder, Model, Upload } from './model.ts'

export interface ListedUpload {
  id: string
  name?: string
  created: string
  roots: { cid: string }[]
}

export interface ListedPin {
  id: string
  cid: string
  name?: string
  status: string
  reason?: string
  created: string
  uploadId?: string
}

export interface Listing {
  uploads: ListedUpload[]
  pins: ListedPin[]
}

export async function readListing(api: Api): Promise<Listing> {
  const [uploads, pins] = await Promise.all([listAll<ListedUpload>(api, '/api/v1/uploads', 'uploads'), listAll<ListedPin>(api, '/api/v1/pins', 'pins')])
  return { uploads, pins }
}

/**
 * Holds what is listed after a restart against what was acknowledged: tells what contradicts it, and makes certain what was not.
 * A call without an answer may have happened or not.
 */
export function settle(model: Model, { uploads, pins }: Listing): string[] {
  const problems: string[] = []
  const listedUploads = byName(uploads, problems)
  const own = pins.filter(({ uploadId }) => uploadId === undefined)
  const listedPins = byName(own, problems)
  const ofUpload = Map.groupBy(pins.filter(({ uploadId }) => uploadId !== undefined), ({ uploadId }) => uploadId!)
  for (const pin of pins) if (!['queued', 'pinning', 'pinned'].includes(pin.status)) problems.push(`pin request ${pin.name} is ${pin.status}: ${pin.reason}`)

  for (const holder of model.holders.values()) {
    const listed = holder.is === 'upload' ? listedUploads.get(holder.name) : listedPins.get(holder.name)
    const problem = settleOne(model, holder, listed)
    if (problem) problems.push(problem)
    if (listed && holder.is === 'pin' && holder.replaces && isListed(holder.replaces, listedUploads, listedPins)) {
      problems.push(`pin request ${holder.name} is listed beside ${holder.replaces.name}, which it replaces`)
    }
  }
  for (const holder of model.live()) {
    if (holder.is === 'upload') problems.push(...settlePins(holder, ofUpload.get(holder.id!) ?? []))
    else if (holder.replaces) delete holder.replaces
  }
  const known = new Set([...model.holders.values()].map(({ id }) => id))
  for (const { id, name } of [...uploads, ...own]) if (!known.has(id)) problems.push(`${name} (${id}) is listed and was deleted, or never was`)
  for (const [id, [first]] of ofUpload) if (!known.has(id)) problems.push(`pin request ${first?.name} belongs to an upload that is not listed`)
  return problems
}

function settleOne(model: Model, holder: Holder, listed: ListedUpload | ListedPin | undefined): string | undefined {
  const { state, name, is } = holder
  if (!listed) {
    if (state === 'live') return `${is} ${name} of ${holder.content.root} was acknowledged and is not listed`
    if (state === 'sent') {
      if (holder.is === 'pin' && holder.replaces?.state === 'ended') return `${is} ${name} vanished with what it replaced`
      model.drop(holder)
    } else {
      if (state === 'ending') model.end(holder)
      model.forget(holder)
    }
    return undefined
  }
  if (state === 'ended') return `${is} ${name} of ${holder.content.root} was deleted and is listed again`
  if (holder.id !== undefined && holder.id !== listed.id) return `${is} ${name} has another id`
  const root = 'roots' in listed ? listed.roots[0]?.cid : listed.cid
  if (root !== holder.content.root) return `${is} ${name} is listed with the root ${root} instead of ${holder.content.root}`
  if (holder.is === 'pin') holder.pinned ||= (listed as ListedPin).status === 'pinned'
  model.acknowledge(holder, listed.id)
  return undefined
}

/** An upload has the pin requests that it was made with, no more, no fewer; and the one of its first reader. */
function settlePins(upload: Upload, pins: readonly ListedPin[]): string[] {
  upload.pin ||= upload.content.read && pins.length === 1
  const wanted = upload.pin ? 1 : 0
  upload.pinId = pins[0]?.id
  if (pins.length !== wanted) return [`upload ${upload.name} has ${pins.length} pin requests instead of ${wanted}`]
  return pins.filter(({ cid }) => cid !== upload.content.root).map(({ cid }) => `upload ${upload.name} of ${upload.content.root} has a pin request of ${cid}`)
}

function isListed(holder: Holder, uploads: Map<string, ListedUpload>, pins: Map<string, ListedPin>): boolean {
  return (holder.is === 'upload' ? uploads : pins).has(holder.name)
}

function byName<T extends { name?: string }>(rows: readonly T[], problems: string[]): Map<string, T> {
  const found = new Map<string, T>()
  for (const row of rows) {
    if (found.has(row.name ?? '')) problems.push(`${row.name} is listed twice`)
    found.set(row.name ?? '', row)
  }
  return found
}

