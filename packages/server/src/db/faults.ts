import { Fault, fault } from '../kernel/faults.ts'

/**
 * Driver errors become faults here, for both databases; what is not a driver's (or not foreseen) passes unchanged.
 * PostgreSQL: SQLSTATE, appendix A of its manual. SQLite: sqlite.org/rescode.html.
 */
export function dbFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  if ('errcode' in error && code === 'ERR_SQLITE_ERROR') return sqliteFault(error, Number(error.errcode))
  if (/^[0-9A-Z]{5}$/.test(code) && 'severity' in error) return postgresFault(error, code)
  if (isConnectionError(error, code)) return fault('UPSTREAM_FAILED', { reason: 'the database cannot be reached' }, { cause: error })
  return error
}

/** Two transactions stood in each other's way, and one of them was rolled back: trying again helps. */
export function isContention(error: unknown): boolean {
  const cause = error instanceof Fault ? error.cause : error
  return cause instanceof Error && 'code' in cause && (cause.code === '40001' || cause.code === '40P01')
}

/** Another connection is writing. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === sqlite.busy
}

const sqlite = { busy: 5, readOnly: 8, full: 13, cannotOpen: 14, primaryKey: 1555, unique: 2067, noRoomForIndexOfLog: 4874 } as const

function sqliteFault(error: Error, errcode: number): unknown {
  if (errcode === sqlite.unique || errcode === sqlite.primaryKey) return conflict(/failed: (\w+)\./.exec(error.message)?.[1], error)
  if (errcode === sqlite.noRoomForIndexOfLog) return fault('STORAGE_FULL', {}, { cause: error })
  switch (errcode & 0xff) {
    case sqlite.full:
      return fault('STORAGE_FULL', {}, { cause: error })
    case sqlite.readOnly:
      return fault('READ_ONLY', {}, { cause: error })
    case sqlite.busy:
      return fault('UPSTREAM_FAILED', { reason: 'the database is busy' }, { cause: error })
    case sqlite.cannotOpen:
      return fault('UPSTREAM_FAILED', { reason: 'the database cannot be opened' }, { cause: error })
    default:
      return error
  }
}

function postgresFault(error: Error & { table?: string }, code: string): unknown {
  if (code === '23505') return conflict(error.table, error)
  if (code === '53100') return fault('STORAGE_FULL', {}, { cause: error })
  if (code === '25006') return fault('READ_ONLY', {}, { cause: error })
  if (code === '54000') return fault('TOO_LARGE', { reason: 'a text is too long to be looked up' }, { cause: error })
  if (code === '22021') return fault('INVALID_REQUEST', { reason: 'a text has a NUL character' }, { cause: error })
  if (code === '40001' || code === '40P01') return fault('UPSTREAM_FAILED', { reason: 'the database is busy' }, { cause: error })
  const away = code.startsWith('08') || code.startsWith('57P') || code === '53300' || code.startsWith('28') || code === '3D000'
  return away ? fault('UPSTREAM_FAILED', { reason: 'the database cannot be reached' }, { cause: error }) : error
}

function conflict(table: string | undefined, cause: Error) {
  return fault('CONFLICT', { reason: `this ${(table ?? 'row').replaceAll('_', ' ')} exists already` }, { cause })
}

/** `pg` reports lost connections by Node's codes, or by words alone. */
function isConnectionError(error: Error, code: string): boolean {
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].includes(code)) return true
  return /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/.test(error.message)
}
