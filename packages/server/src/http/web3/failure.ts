import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Fault, FaultCode } from '../../kernel/faults.ts'
import type { Call } from '../edge.ts'
import { faultHeaders } from '../fault-headers.ts'

/** Codes that its clients know; others have ours. */
const codes: Partial<Record<FaultCode, string>> = {
  INVALID_REQUEST: 'HTTP_ERROR',
  INVALID_CID: 'ERROR_INVALID_CID',
  INVALID_CAR: 'ERROR_INVALID_CAR',
  HASH_MISMATCH: 'ERROR_INVALID_CAR',
  ACCOUNT_SUSPENDED: 'ERROR_ACCOUNT_RESTRICTED',
  PAGE_MISSING: 'ERROR_RANGE_NOT_SATISFIABLE',
  READ_ONLY: 'ERROR_MAINTENANCE',
}

export function failure(call: Call, found: Fault): Response {
  const code = found.code === 'UNAUTHENTICATED' ? tokenCode(call) : (codes[found.code] ?? found.code)
  return call.json({ code, message: found.message }, found.status as ContentfulStatusCode, faultHeaders(found))
}

function tokenCode({ req }: Call): string {
  const header = req.header('authorization')
  if (!header) return 'ERROR_NO_TOKEN'
  return /^bearer +\S+ *$/i.test(header) ? 'ERROR_TOKEN_NOT_FOUND' : 'ERROR_UNRECOGNISED_TOKEN'
}
