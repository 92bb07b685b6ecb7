export type DagErrorCode =
  | 'INVALID_CID'
  | 'INVALID_CAR'
  | 'UNSUPPORTED_CODEC'
  | 'HASH_MISMATCH'
  | 'TOO_LARGE'
  | 'DAG_INCOMPLETE'
  | 'NOT_FOUND'
  | 'DAG_LIMIT'
  | 'INVALID_REQUEST'

export interface DagErrorData {
  /** Words for a person. */
  reason: string
  cid?: string
  /** Where in the byte stream. */
  offset?: number
  /** The limit that was passed, in the unit that `reason` names. */
  limit?: number
  /** The path segment that a look-up stopped at. */
  segment?: string
}

/** The only error this package throws of its own; errors of sources, sinks and abort signals pass through. */
export class DagError extends Error {
  override readonly name = 'DagError'
  readonly code: DagErrorCode
  readonly data: DagErrorData

  constructor(code: DagErrorCode, data: DagErrorData, options?: ErrorOptions) {
    super(data.reason, options)
    this.code = code
    this.data = data
  }
}

/** Bytes that are not what their codec says. */
export function malformed(reason: string): DagError {
  return new DagError('INVALID_REQUEST', { reason })
}
