import type { Thole, Upload } from '@thole/client'
import type { AccountSettings } from '../api/account-settings.ts'
import { request } from '../api/client.ts'
import type { SendWish } from './messages.ts'

/** So many uploads of the same content are looked at. */
const most = 250

/**
 * The upload of this account that has brought the same under the same name, all of it, and keeps it as is wished now: what is dropped again need
 * not be listed twice. Not of CARs, which may name less than they hold.
 */
export async function sameUpload(thole: Thole, cid: string, { as, name, pin }: SendWish, signal: AbortSignal): Promise<Upload | undefined> {
  if (as === 'car') return undefined
  const same = await find(thole, cid, name, signal)
  if (same === undefined) return undefined
  const isKept = same.roots[0]!.pinned || !(pin ?? !(await request<AccountSettings>('GET', 'account/settings', undefined, signal)).onDemand)
  return isKept && (await thole.status(cid, { signal })).state === 'complete' ? same : undefined
}

async function find(thole: Thole, cid: string, name: string | undefined, signal: AbortSignal): Promise<Upload | undefined> {
  let seen = 0
  for await (const upload of thole.uploads.list({ cid, signal })) {
    if (upload.name === name && upload.roots.length === 1) return upload
    if (++seen === most) return undefined
  }
  return undefined
}
