/** What the server says, in its own codes, and what only a client meets. */
export type TholeErrorCode =
  | 'INVALID_REQUEST' | 'INVALID_CID' | 'INVALID_CAR' | 'UNSUPPORTED_CODEC' | 'HASH_MISMATCH' | 'DAG_INCOMPLETE' | 'DAG_LIMIT' | 'TOO_LARGE'
  | 'UNAUTHENTICATED' | 'SCOPE_MISSING' | 'ACCOUNT_SUSPENDED' | 'QUOTA_EXCEEDED' | 'RATE_LIMITED'
  | 'NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'CONFLICT' | 'BLOCKED' | 'BLOCKED_BY_LAW'
  | 'STORAGE_FULL' | 'READ_ONLY' | 'SHUTTING_DOWN' | 'UPSTREAM_FAILED' | 'BLOCK_DAMAGED' | 'INTERNAL'
  /** No answer, or one that broke off. */
  | 'NETWORK'
  /** An answer that is not the server's, as proxies give. */
  | 'BAD_ANSWER'
  /** What was to be sent has changed while it was read. */
  | 'SOURCE_CHANGED'

export interface TholeErrorData {
  /** Of the answer, where there was one. */
  status?: number
  /** Seconds after which the server wants to be asked again. */
  retryAfter?: number
  cid?: string
}

/** Every error of this package but the reason of an abort signal, which is thrown as it is. Its message is for people. */
export class TholeError extends Error {
  override readonly name = 'TholeError'
  readonly code: TholeErrorCode
  readonly status: number | undefined
  readonly retryAfter: number | undefined
  readonly cid: string | undefined

  constructor(code: TholeErrorCode, message: string, data: TholeErrorData = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = data.status
    this.retryAfter = data.retryAfter
    this.cid = data.cid
  }

  /** Whether the same call may succeed later. */
  get retry(): boolean {
    return later.has(this.code)
  }
}

const later: ReadonlySet<TholeErrorCode> = new Set<TholeErrorCode>([
  'RATE_LIMITED', 'STORAGE_FULL', 'READ_ONLY', 'SHUTTING_DOWN', 'UPSTREAM_FAILED', 'BLOCK_DAMAGED', 'INTERNAL', 'NETWORK', 'BAD_ANSWER',
])
