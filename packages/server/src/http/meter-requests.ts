import { canonicalCid } from '@thole/dag'
import type { Metering } from '../domain/usage/index.ts'
import { MeteredResponse } from './metered-response.ts'
import type { RequestWatcher } from './requests.ts'

/** Counts what each response sent, for whom it was: the account that asked, or who holds what the public read. */
export function meterRequests(metering: Pick<Metering, 'count'>): RequestWatcher {
  return {
    ended({ outgoing, account, root, isUpload }) {
      if ((account === undefined && root === undefined) || !(outgoing instanceof MeteredResponse)) return
      const kind = isUpload ? 'upload' : root !== undefined ? 'gateway' : 'api'
      metering.count({ kind, bytes: outgoing.bodyBytes, account, root: account === undefined && root ? canonicalCid(root) : undefined })
    },
  }
}
