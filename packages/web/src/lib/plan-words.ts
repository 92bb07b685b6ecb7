import type { Plan } from '../api/plans.ts'
import type { Share } from '../api/usage.ts'
import { formatBytes } from './bytes.ts'
import { count } from './count.ts'
import { formatMoney } from './money.ts'

export const subjects: Record<Share['what'], string> = { storage: 'Storage', blocks: 'Blocks', bandwidth: 'Sent this month', requests: 'Requests this month' }

export function amountOf(what: Share['what'], amount: number): string {
  return what === 'storage' || what === 'bandwidth' ? formatBytes(amount) : amount.toLocaleString('en')
}

/** What a plan gives, a line each. */
export function givenBy(plan: Plan): string[] {
  const upTo = (amount: number | null, say: (amount: number) => string, any: string) => (amount === null ? any : say(amount))
  return [
    upTo(plan.storageBytes, (bytes) => `${formatBytes(bytes)} of storage`, 'Any amount of storage'),
    upTo(plan.blocks, (blocks) => `in up to ${count(blocks, 'block')}`, ''),
    upTo(plan.bandwidthBytes, (bytes) => `${formatBytes(bytes)} sent a month`, 'Any amount sent'),
    upTo(plan.requests, (requests) => `${count(requests, 'request')} a month`, ''),
    upTo(plan.requestsPerMinute, (requests) => `${count(requests, 'request')} a minute`, ''),
    upTo(plan.keys, (keys) => count(keys, 'key'), ''),
    upTo(plan.inFlightPins, (pins) => `${count(pins, 'pin request')} waiting at a time`, ''),
  ].filter((line) => line !== '')
}

export function priceOf({ priceGibMonth, priceGibSent, currency }: Plan): string {
  if (priceGibMonth === 0 && priceGibSent === 0) return 'Free of charge'
  const parts = [priceGibMonth > 0 && `${formatMoney(priceGibMonth, currency)} per GiB and month`, priceGibSent > 0 && `${formatMoney(priceGibSent, currency)} per GiB sent`]
  return parts.filter(Boolean).join(', ')
}
