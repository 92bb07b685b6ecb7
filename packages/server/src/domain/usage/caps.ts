import { fault, type Fault } from '../../kernel/faults.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Plan, QuotaStanding, Reader, Room } from '../../ports/db/index.ts'

/** What an account may come to hold. `of`: who gives so much, in words. */
export interface Caps extends Room {
  /** Uploads; default: any number. */
  uploads?: number
  of: string
  /** How to get more, in words. */
  more?: string
}

/** Undefined where the plan, or none, limits nothing of it. */
export function capsOf(plan: Plan | undefined, more: string): Caps | undefined {
  if (plan === undefined || (plan.storageBytes === undefined && plan.blocks === undefined)) return undefined
  return { bytes: plan.storageBytes ?? Infinity, blocks: plan.blocks ?? Infinity, of: `the plan ${plan.name}`, more }
}

/** All that counts. */
export function usedOf({ charged, waiting, reserved }: QuotaStanding): Room {
  return { bytes: charged.bytes + waiting.bytes + reserved.bytes, blocks: charged.blocks + waiting.blocks + reserved.blocks }
}

/** What is over, if anything is. */
export function overOf(caps: Caps, used: Room): keyof Room | undefined {
  if (used.bytes > caps.bytes) return 'bytes'
  return used.blocks > caps.blocks ? 'blocks' : undefined
}

/** So much more stays within all of these. Fault QUOTA_EXCEEDED. */
export function demandWithin(all: readonly Caps[], standing: QuotaStanding, more: Room = { bytes: 0, blocks: 0 }): void {
  const used = usedOf(standing)
  for (const caps of all) {
    const what = overOf(caps, { bytes: used.bytes + more.bytes, blocks: used.blocks + more.blocks })
    if (what) throw full(caps, standing, what, more[what])
  }
}

/** So many uploads more stay within all of these. Fault QUOTA_EXCEEDED. */
export async function demandFew(all: readonly Caps[], r: Reader, accountId: string, more = 0): Promise<void> {
  for (const { uploads, of } of all) {
    if (uploads !== undefined && (await r.uploads.count(accountId)) + more > uploads) throw fault('QUOTA_EXCEEDED', { reason: `${of} has room for ${count(uploads, 'upload')}` })
  }
}

/** QUOTA_EXCEEDED, with what is used without `added`, the cap, and where to get more. */
export function full(caps: Caps, standing: QuotaStanding, what: keyof Room, added?: number): Fault {
  return fault('QUOTA_EXCEEDED', { reason: fullWords(caps, standing, what, added) })
}

export function fullWords(caps: Caps, { charged, waiting, reserved }: QuotaStanding, what: keyof Room, added = 0): string {
  const say = what === 'bytes' ? bytesInWords : (n: number) => count(n, 'block')
  const used = charged[what] + waiting[what]
  const facts = [
    `${caps.of} has room for ${say(caps[what])}`,
    `${say(used)} of it are used`,
    reserved[what] > 0 && `${say(reserved[what])} are taken by uploads under way`,
    added > 0 && `this takes ${say(added)} more`,
  ]
  return `${facts.filter(Boolean).join(', ')}${caps.more ? `; ${caps.more}` : ''}`
}
