/** What the server said when it refused: RFC 9457 problem details, plus the fault's code. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** By which the server's log knows the request. */
  readonly requestId?: string

  constructor(status: number, code: string, message: string, requestId?: string) {
    super(message)
    this.status = status
    this.code = code
    this.requestId = requestId
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One call of our own API with the session cookie. Rejects with ApiError only. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    signal,
    headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw unreachable()
  })
  const text = await response.text()
  if (!response.ok) throw refusal(response.status, text)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** `?a=1&b=2` of the values that are set. */
export function query(values: Record<string, string | number | boolean | undefined>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}`
}

export function refusal(status: number, text: string): ApiError {
  const problem = parse(text)
  const said = [problem.detail, problem.title].find((words) => typeof words === 'string' && words !== '')
  const code = typeof problem.code === 'string' ? problem.code : ''
  return new ApiError(status, code, typeof said === 'string' ? said : `The server answered ${status}.`, typeof problem.requestId === 'string' ? problem.requestId : undefined)
}

export function unreachable(): ApiError {
  return new ApiError(0, 'UNREACHABLE', 'The server cannot be reached.')
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
