import type { Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { car, form } from '../support/api.ts'
import type { Answer, Api } from './api.ts'
import { matchesContent } from './content-check.ts'
import { isHeld, isSure, isWhole, type Content, type Holder, type Model, type Pin, type Upload } from './model.ts'
import type { Step } from './plan.ts'
import { random } from './random.ts'
import { contentOf, make, type Recipe } from './recipe.ts'

export interface Work {
  api: Api
  model: Model
  round: number
  /** Names what is made, for good. */
  name: string
  /** Whether a round like this one makes such an answer right. */
  isForgiven(status: number): boolean
  /** The server was killed: nothing more is sent. */
  isOver(): boolean
  /** One more call was acknowledged. */
  count(what: string): void
  lose(what: string): void
}

/** Makes one call and writes into the model what it was told. Throws `Gone` where no answer came: then the model says so too. */
export async function run(step: Step, work: Work): Promise<void> {
  const { model } = work
  switch (step.do) {
    case 'file':
    case 'directory':
    case 'car': return upload(work, step.recipe, step.pin, step.slow)
    case 'split': return split(work, step)
    case 'part': return sendPart(work, step.pick)
    case 'again':
    case 'arrive': {
      const isAsked = (content: Content) => content.unsent.length === 0 && (step.do === 'again' || isAwaited(content))
      const content = pickOf([...model.contents.values()].filter(isAsked), step.pick)
      return content && upload(work, content.recipe, step.do === 'arrive' || step.pin, false)
    }
    case 'pin': {
      const content = pickOf([...model.contents.values()], step.pick)
      return content && pin(work, content)
    }
    case 'pin-absent': return pin(work, (await model.content(step.recipe, work.round)).content)
    case 'read': {
      const content = pickOf(model.sure(), step.pick)
      return content && read(work, content)
    }
    case 'remove': {
      const target = pickOf(model.live().filter((holder) => holder.is === 'upload' && mayEnd(holder)), step.pick)
      return target && end(work, target, `/api/v1/uploads/${target.id}`, 'DELETE')
    }
    case 'unpin': {
      const target = pickOf(model.live().filter((holder) => pinIdOf(holder) !== undefined && mayEnd(holder)), step.pick)
      return target && end(work, target, `/psa/pins/${pinIdOf(target)}`, 'DELETE')
    }
    case 'replace': {
      const target = pickOf(model.live().filter((holder) => pinIdOf(holder) !== undefined && mayEnd(holder)), step.pick)
      const content = pickOf([...model.contents.values()], step.by)
      return target && content && pin(work, content, target)
    }
  }
}

function pickOf<T>(items: readonly T[], fraction: number): T | undefined {
  return items[Math.floor(fraction * items.length)]
}

/** A part that was acknowledged stays until the others are there. */
function mayEnd({ is, content, ...holder }: Holder): boolean {
  return is === 'pin' || !('part' in holder && holder.part) || content.complete
}

function pinIdOf(holder: Holder): string | undefined {
  return holder.is === 'pin' ? holder.id : holder.pinId
}

function isAwaited({ holders }: Content): boolean {
  return [...holders].some((holder) => holder.is === 'pin' && holder.state === 'live' && !holder.pinned)
}

async function upload(work: Work, recipe: Recipe, pinned: boolean, slow: boolean): Promise<void> {
  const { content, blocks } = await work.model.content(recipe, work.round)
  if (work.isOver()) return
  const record: Upload = { is: 'upload', name: work.name, content, pin: pinned, state: 'sent' }
  await send(work, record, blocks, () => bodyOf(recipe, blocks, slow))
}

async function send(work: Work, record: Upload, blocks: readonly Block[], body: () => { body: BodyInit; type?: string }): Promise<void> {
  work.model.add(record)
  for (const { cid } of blocks) work.model.sent.add(cid.toString())
  const { body: bytes, type } = body()
  const path = `/api/v1/uploads?name=${encodeURIComponent(record.name)}&pin=${record.pin}`
  const answer = await work.api.json(path, { method: 'POST', body: bytes, headers: type ? { 'content-type': type } : {} })
  if (!isRight(work, answer, [201], `upload ${record.name}`)) return work.model.drop(record)
  const root = answer.body.roots?.[0]?.cid
  if (root !== record.content.root) work.lose(`upload ${record.name} got the root ${root} instead of ${record.content.root}`)
  work.model.acknowledge(record, answer.body.id)
  work.count(record.part ? 'part' : record.content.recipe.kind)
}

function bodyOf(recipe: Recipe, blocks: readonly Block[], slow: boolean): { body: BodyInit; type?: string } {
  if (recipe.kind === 'directory') return { body: form(Object.fromEntries(recipe.files.map(({ path, piece }) => [path, contentOf([piece])]))) }
  const isTree = recipe.kind === 'tree'
  const bytes = isTree ? car([blocks.at(-1)!.cid], [...blocks]) : contentOf(recipe.pieces)
  return { body: slow ? (slowly(bytes) as unknown as BodyInit) : (bytes as BodyInit), type: isTree ? 'application/vnd.ipld.car' : 'application/octet-stream' }
}

/** So that a kill finds the upload half done. */
async function* slowly(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const step = Math.ceil(bytes.length / 8)
  for (let at = 0; at < bytes.length; at += step) {
    yield bytes.subarray(at, at + step)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

async function split(work: Work, step: Step & { do: 'split' }): Promise<void> {
  const { content, blocks } = await work.model.content(step.recipe, work.round)
  if (content.unsent.length > 0 || isHeld(content)) return
  const r = random(step.order, 'split')
  const parts: string[][] = Array.from({ length: Math.min(step.parts, blocks.length) }, () => [])
  for (const [i, { cid }] of r.shuffled(blocks).entries()) {
    parts[i < parts.length ? i : r.whole(0, parts.length - 1)]!.push(cid.toString())
    // Some blocks come twice.
    if (r.chance(0.1)) parts[r.whole(0, parts.length - 1)]!.push(cid.toString())
  }
  content.unsent = parts
  return sendPart(work, 0, content)
}

async function sendPart(work: Work, pick: number, of?: Content): Promise<void> {
  const content = of ?? pickOf([...work.model.contents.values()].filter(({ unsent }) => unsent.length > 0), pick)
  const part = content?.unsent.pop()
  if (!content || !part) return
  const wanted = new Set(part)
  const { blocks } = await make(content.recipe)
  const mine = blocks.filter(({ cid }) => wanted.has(cid.toString()))
  content.touched = work.round
  if (work.isOver()) return void content.unsent.push(part)
  const record: Upload = { is: 'upload', name: work.name, content, part, pin: true, state: 'sent' }
  await send(work, record, mine, () => ({ body: car([CID.parse(content.root)], mine) as BodyInit, type: 'application/vnd.ipld.car' }))
}

async function pin(work: Work, content: Content, replaced?: Holder): Promise<void> {
  if (work.isOver()) return
  const { model, api } = work
  const record: Pin = { is: 'pin', name: work.name, content, state: 'sent', pinned: false, replaces: replaced }
  content.touched = work.round
  model.add(record)
  const path = replaced ? `/psa/pins/${pinIdOf(replaced)}` : '/psa/pins'
  if (replaced) {
    model.beginEnd(replaced)
    replaced.content.touched = work.round
  }
  const wasSure = !replaced && isSure(content)
  const { letGo } = content
  const answer = await api.json(path, { method: 'POST', body: JSON.stringify({ cid: content.root, name: record.name }), headers: { 'content-type': 'application/json' } })
  if (!isRight(work, answer, [202], `pin ${record.name}`)) {
    if (replaced) replaced.state = 'live'
    return model.drop(record)
  }
  record.pinned = answer.body.status === 'pinned'
  if (wasSure && letGo === content.letGo && !record.pinned && isWholeSomewhere(content)) work.lose(`pin ${record.name} of the complete ${content.root} was answered ${answer.body.status}`)
  model.acknowledge(record, answer.body.requestid)
  if (replaced) model.end(replaced)
  work.count(replaced ? 'replace' : 'pin')
}

/** A DAG that came in parts is known to be complete a little after its last part. */
function isWholeSomewhere({ holders }: Content): boolean {
  return [...holders].some((holder) => holder.state === 'live' && isWhole(holder))
}

async function end(work: Work, holder: Holder, path: string, method: string): Promise<void> {
  if (work.isOver()) return
  work.model.beginEnd(holder)
  holder.content.touched = work.round
  const answer = await work.api.json(path, { method })
  if (!isRight(work, answer, [202, 204], `${method} ${path} (${holder.name})`)) return void (holder.state = 'live')
  work.model.end(holder)
  work.count('delete')
}

async function read(work: Work, content: Content): Promise<void> {
  const { letGo } = content
  const problem = await matchesContent(work.api, content)
  if (problem && letGo === content.letGo) work.lose(`while at work: ${problem}`)
  work.count('read')
}

function isRight(work: Work, { status, body }: Answer, right: readonly number[], what: string): boolean {
  if (right.includes(status)) return true
  if (work.isForgiven(status)) work.count(`refused ${status}`)
  else work.lose(`${what} was answered ${status}: ${JSON.stringify(body)}`)
  return false
}
