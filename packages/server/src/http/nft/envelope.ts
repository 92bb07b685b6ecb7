import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Fault, FaultCode } from '../../kernel/faults.ts'
import type { Call } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'

/** The words of NFT.Storage, where it had some. */
const words: Partial<Record<FaultCode, { code: string; message?: string }>> = {
  UNAUTHENTICATED: { code: 'ERROR_UNAUTHENTICATED' },
  ACCOUNT_SUSPENDED: { code: 'ERROR_ACCOUNT_RESTRICTED' },
  INVALID_CID: { code: 'ERROR_INVALID_CID' },
  INVALID_CAR: { code: 'ERROR_INVALID_CAR' },
  HASH_MISMATCH: { code: 'ERROR_INVALID_CAR' },
  UNSUPPORTED_CODEC: { code: 'ERROR_INVALID_CAR' },
  NOT_FOUND: { code: 'ERROR_NOT_FOUND', message: 'NFT not found' },
  RATE_LIMITED: { code: 'ERROR_RATE_LIMITED' },
  READ_ONLY: { code: 'ERROR_MAINTENANCE' },
  SHUTTING_DOWN: { code: 'ERROR_MAINTENANCE' },
}

export function success(call: Call, value: unknown): Response {
  return call.json({ ok: true, value })
}

export function noEndpoint(call: Call): Response {
  return call.json({ ok: false, error: { code: 'HTTP_ERROR', message: 'There is no such endpoint here' } }, 404)
}

/** At every status: its client reads `error.message` whatever came. */
export function failure(call: Call, found: Fault): Response {
  const { code, message = found.message } = words[found.code] ?? { code: found.status < 500 ? 'HTTP_ERROR' : 'SERVER_ERROR' }
  return call.json({ ok: false, error: { code, message } }, found.status as ContentfulStatusCode, faultHeaders(found))
}
