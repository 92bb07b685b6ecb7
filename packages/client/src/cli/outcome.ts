import { exitCodes } from './command.ts'
import { UsageError } from './usage-error.ts'

/** Codes with which a server refuses for good, whoever asks again. */
const refusals = new Set(['UNAUTHENTICATED', 'SCOPE_MISSING', 'ACCOUNT_SUSPENDED', 'QUOTA_EXCEEDED', 'BLOCKED', 'BLOCKED_BY_LAW'])
const refusalStatus = new Set([401, 403, 410, 451])

/** The exit code that an error ends with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage
  const { code, status } = facts(error)
  if (code === 'NOT_FOUND' || status === 404) return exitCodes.notFound
  if (refusals.has(code ?? '') || refusalStatus.has(status ?? 0)) return exitCodes.refused
  return exitCodes.failed
}

/** For programs. */
export function errorValue(error: unknown): { error: { code: string; message: string } } {
  const fallback = error instanceof UsageError ? 'USAGE' : 'FAILED'
  return { error: { code: facts(error).code ?? fallback, message: wordsOf(error) } }
}

/** What went wrong, with what lies behind it where the error itself says little (`fetch failed`). */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  const { cause } = error
  const says = error.message || ('code' in error ? String(error.code) : error.name)
  return cause instanceof Error && /^(fetch failed|terminated)$/.test(says) ? wordsOf(cause) : says
}

function facts(error: unknown): { code?: string; status?: number } {
  if (!(error instanceof Error)) return {}
  const { code, status } = error as { code?: unknown; status?: unknown }
  return { code: typeof code === 'string' ? code : undefined, status: typeof status === 'number' ? status : undefined }
}
