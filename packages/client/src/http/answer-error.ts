import { TholeError, type TholeErrorCode } from '../errors.ts'

/** Where an answer names no code of ours. */
const byStatus: Record<number, TholeErrorCode> = {
  400: 'INVALID_REQUEST', 401: 'UNAUTHENTICATED', 403: 'SCOPE_MISSING', 404: 'NOT_FOUND', 405: 'METHOD_NOT_ALLOWED', 409: 'CONFLICT', 410: 'BLOCKED', 413: 'TOO_LARGE',
  429: 'RATE_LIMITED', 451: 'BLOCKED_BY_LAW', 500: 'INTERNAL', 501: 'UNSUPPORTED_CODEC', 502: 'UPSTREAM_FAILED', 503: 'SHUTTING_DOWN', 504: 'UPSTREAM_FAILED', 507: 'STORAGE_FULL',
}
/** Of an error answer no more is read. */
const maxBytes = 16_384

/** The error that an answer tells of: RFC 9457 as our own API, the pinning API's `{ error: { reason, details } }`, or text as the gateway. */
export async function errorOf(answer: Response): Promise<TholeError> {
  const { status } = answer
  const text = await firstOf(answer)
  const { code, words } = readProblem(text)
  const retryAfter = Number(answer.headers.get('retry-after') ?? NaN)
  const known = code ?? byStatus[status] ?? (status >= 500 ? 'INTERNAL' : 'BAD_ANSWER')
  return new TholeError(known, words || `the server answered ${status}`, { status, retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined })
}

export function networkError({ host }: URL, cause: unknown): TholeError {
  const words = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause)
  return new TholeError('NETWORK', `${host} could not be reached, or broke off: ${words}`, {}, { cause })
}

function readProblem(text: string): { code?: TholeErrorCode; words: string } {
  try {
    const body = JSON.parse(text) as { code?: TholeErrorCode; detail?: string; error?: { reason?: TholeErrorCode; details?: string } }
    if (body.error?.details !== undefined) return { code: body.error.reason, words: body.error.details }
    return { code: body.code, words: body.detail ?? '' }
  } catch {
    const isPage = text.trimStart().startsWith('<')
    return { words: isPage ? '' : text.trim().slice(0, 500) }
  }
}

async function firstOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader()
  if (reader === undefined) return ''
  const utf8 = new TextDecoder()
  let text = ''
  try {
    while (text.length < maxBytes) {
      const { done, value } = await reader.read()
      if (done) break
      text += utf8.decode(value, { stream: true })
    }
  } catch {
    // what came says enough
  }
  await reader.cancel().catch(() => {})
  return text
}
