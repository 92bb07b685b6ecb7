import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Fault, FaultCode } from '../../kernel/faults.ts'
import type { Call } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'

export type FailureWords = Partial<Record<FaultCode, { reason: string; status?: ContentfulStatusCode }>>

/** Where the specification has a word of its own; PSA §Failure. */
const reasons: FailureWords = {
  INVALID_REQUEST: { reason: 'BAD_REQUEST' },
  UNAUTHENTICATED: { reason: 'UNAUTHORIZED' },
  QUOTA_EXCEEDED: { reason: 'INSUFFICIENT_FUNDS', status: 409 },
  INTERNAL: { reason: 'INTERNAL_SERVER_ERROR' },
}

/** Of web3.storage and NFT.Storage. */
export const classicWords: FailureWords = { PINNING_UNAUTHORIZED: { reason: 'ERROR_PINNING_UNAUTHORIZED' } }

/** `own`: words of the dialect that has the pinning API among its doors. */
export function failure(call: Call, found: Fault, own: FailureWords = {}): Response {
  const row = own[found.code] ?? reasons[found.code]
  const body = { error: { reason: row?.reason ?? found.code, details: found.message } }
  return call.json(body, row?.status ?? (found.status as ContentfulStatusCode), faultHeaders(found))
}
