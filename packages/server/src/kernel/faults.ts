/**
 * Every way in which Thole refuses or fails, in one table. The domain throws `fault(code, data)` and nothing
 * else; each dialect spells the row in its own words.
 */
interface FaultRow {
  /** HTTP status unless a dialect's specification names another. */
  status: number
  /** Whether the same call may succeed later. */
  retry: boolean
  /** Safe for strangers; `{name}` is filled from the fault's data. */
  message: string
}

const table = {
  INVALID_REQUEST: { status: 400, retry: false, message: 'The request is not valid: {reason}.' },
  INVALID_CID: { status: 400, retry: false, message: 'Not a valid CID: {reason}.' },
  INVALID_CAR: { status: 400, retry: false, message: 'Not a valid CAR: {reason}.' },
  UNSUPPORTED_CODEC: { status: 400, retry: false, message: 'Not supported here: {reason}.' },
  HASH_MISMATCH: { status: 400, retry: false, message: 'The bytes of block {cid} do not match its hash.' },
  DAG_INCOMPLETE: { status: 422, retry: false, message: 'Blocks of this DAG are missing: {reason}.' },
  UNAUTHENTICATED: { status: 401, retry: false, message: 'Sign in or send a valid key: {reason}.' },
  SCOPE_MISSING: { status: 403, retry: false, message: 'This key lacks the scope {scope}.' },
  ROLE_MISSING: { status: 403, retry: false, message: 'Your role in this account ({role}) does not allow this.' },
  SECOND_FACTOR_NEEDED: { status: 403, retry: false, message: 'Show your second factor first: {reason}.' },
  SIGN_IN_AGAIN: { status: 403, retry: false, message: 'Sign in again to do this: your last sign-in is more than {minutes} minutes ago.' },
  PINNING_UNAUTHORIZED: { status: 403, retry: false, message: 'Pinning by CID is open to accounts that an admin has let in. Ask at {where}, with the button “Request API Pinning Access”. Uploads need no access.' },
  ACCOUNT_MISSING: { status: 403, retry: false, message: 'You belong to no account here (any more): {advice}.' },
  ACCOUNT_SUSPENDED: { status: 403, retry: false, message: 'This account is suspended.' },
  NOT_FOUND: { status: 404, retry: false, message: 'There is no {what} here.' },
  METHOD_NOT_ALLOWED: { status: 405, retry: false, message: '{method} is not possible here.' },
  CONFLICT: { status: 409, retry: false, message: 'In conflict with the present state: {reason}.' },
  TOO_LARGE: { status: 413, retry: false, message: 'Too large: {reason}.' },
  DAG_LIMIT: { status: 422, retry: false, message: 'This DAG is beyond a limit: {reason}.' },
  RANGE_NOT_SATISFIABLE: { status: 416, retry: false, message: 'The range lies outside of the {size} bytes.' },
  PAGE_MISSING: { status: 416, retry: false, message: 'There is no page {page}; the list has {pages}.' },
  QUOTA_EXCEEDED: { status: 413, retry: false, message: 'The account is full: {reason}.' },
  ALLOWANCE_SPENT: { status: 429, retry: true, message: 'What the plan of the account gives for this month is used up: {reason}.' },
  RATE_LIMITED: { status: 429, retry: true, message: 'Too many requests; try again in {seconds} seconds.' },
  BLOCKED: { status: 410, retry: false, message: 'This content is blocked here, by rule {rule}.' },
  BLOCKED_BY_LAW: { status: 451, retry: false, message: 'This content is blocked here for legal reasons, by rule {rule}.' },
  NO_PROVIDERS: { status: 504, retry: true, message: 'Nobody who was asked has the content: {reason}.' },
  FETCH_TIMEOUT: { status: 504, retry: true, message: 'The content did not arrive in time: {reason}.' },
  REDIRECTS_BROKEN: { status: 500, retry: false, message: 'This site has an error in it: could not parse _redirects: {reason}.' },
  NAME_NOT_RESOLVED: { status: 502, retry: true, message: 'The name {name} leads nowhere: {reason}.' },
  NAME_TIMEOUT: { status: 504, retry: true, message: 'Where the name {name} leads was not found out in time: {reason}.' },
  NAMES_FULL: { status: 507, retry: true, message: 'This server takes no more names: {reason}.' },
  UPSTREAM_FAILED: { status: 502, retry: true, message: 'Another service failed: {reason}.' },
  STORAGE_FULL: { status: 507, retry: true, message: 'The storage of this server is full.' },
  BLOCK_DAMAGED: { status: 500, retry: true, message: 'A block of this content is damaged on this server. It is kept out of use until it is repaired: from a peer that has it, or by uploading it again.' },
  UNAVAILABLE: { status: 503, retry: true, message: 'This server cannot answer at the moment: {reason}.' },
  READ_ONLY: { status: 503, retry: true, message: 'This server takes no writes at the moment.' },
  SHUTTING_DOWN: { status: 503, retry: true, message: 'This server is shutting down.' },
  ABORTED: { status: 499, retry: true, message: 'The client went away.' },
  PROOF_INVALID: { status: 422, retry: false, message: 'The proof does not verify.' },
  DEAL_REJECTED: { status: 422, retry: false, message: 'The deal was rejected: {reason}.' },
  INTERNAL: { status: 500, retry: true, message: 'Something failed here; the log knows it as {incident}.' },
} as const satisfies Record<string, FaultRow>

export type FaultCode = keyof typeof table
export type FaultData = Record<string, unknown>

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly data: FaultData
  readonly status: number
  readonly retry: boolean

  constructor(code: FaultCode, data: FaultData, options?: ErrorOptions) {
    super(fill(table[code].message, data), options)
    this.code = code
    this.data = data
    this.status = table[code].status
    this.retry = table[code].retry
  }
}

export function fault(code: FaultCode, data: FaultData = {}, options?: ErrorOptions): Fault {
  return new Fault(code, data, options)
}

/**
 * The one place where foreign errors become faults: faults pass, errors that carry a code of the table
 * (those of `@thole/dag` do) are re-spelled, an abort is ABORTED, ENOSPC is STORAGE_FULL, the rest INTERNAL.
 */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof Error) {
    const code = 'code' in error ? error.code : undefined
    if (typeof code === 'string' && code in table) {
      const data = 'data' in error && typeof error.data === 'object' ? (error.data as FaultData) : { reason: error.message }
      return fault(code as FaultCode, data, { cause: error })
    }
    if (error.name === 'AbortError' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
      return fault('ABORTED', {}, { cause: error })
    }
    if (code === 'ENOSPC' || code === 'EDQUOT') return fault('STORAGE_FULL', {}, { cause: error })
  }
  return fault('INTERNAL', { incident: crypto.randomUUID().slice(0, 8) }, { cause: error })
}

function fill(template: string, data: FaultData): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(data[name] ?? name))
}
