import { DagError } from '@thole/dag/light'
import { TholeError } from './errors.ts'

/** Errors of @thole/dag in the words of this package; others as they are. */
export function asTholeError(error: unknown): unknown {
  if (!(error instanceof DagError)) return error
  return new TholeError(error.code, error.message, { cid: error.data.cid }, { cause: error })
}
