import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Fault, FaultCode } from '../../kernel/faults.ts'
import type { Call } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'

/** Where the specification has a word of its own; PSA §Failure. */
const reasons: Partial<Record<FaultCode, { reason: string; status?: ContentfulStatusCode }>> = {
  INVALID_REQUEST: { reason: 'BAD_REQUEST' },
  UNAUTHENTICATED: { reason: 'UNAUTHORIZED' },
  QUOTA_EXCEEDED: { reason: 'INSUFFICIENT_FUNDS', status: 409 },
  INTERNAL: { reason: 'INTERNAL_SERVER_ERROR' },
}

export function failure(call: Call, found: Fault): Response {
  const row = reasons[found.code]
  const body = { error: { reason: row?.reason ?? found.code, details: found.message } }
  return call.json(body, row?.status ?? (found.status as ContentfulStatusCode), faultHeaders(found))
}
