import { TholeError } from '../errors.ts'
import { errorOf, networkError } from './answer-error.ts'
import { retrying } from './retry.ts'
import { bytesSender } from './send-bytes.ts'

export interface ConnectionOptions {
  /** Where the server is, like `http://127.0.0.1:3000`. */
  url: string | URL
  /** An API key; reading content needs none. */
  key?: string
  /** How often a call that failed for a reason that passes is made again; default 5. */
  retries?: number
  /** Default the global one. */
  fetch?: typeof fetch
}

export interface Call {
  method?: string
  query?: Record<string, string | number | undefined>
  /** A function makes it anew for each try. */
  body?: BodyInit | (() => BodyInit | Promise<BodyInit>)
  type?: string
  accept?: string
  /** Without the key, as content is read: a page of another origin need not ask first whether it may send one. */
  anonymous?: boolean
  signal?: AbortSignal
  /** Whether it may be made again without knowing what became of it; default: all but POST. */
  repeatable?: boolean
}

export interface Connection {
  readonly retries: number
  /** As `send`, without trying again. */
  once(path: string, call?: Call): Promise<Response>
  /** An answer of 2xx. @throws TholeError; the signal's reason */
  send(path: string, call?: Call): Promise<Response>
  /** The same as JSON. */
  json<T>(path: string, call?: Call): Promise<T>
}

export function connect({ url, key, retries = 5, fetch: given }: ConnectionOptions): Connection {
  const ask = given ?? globalThis.fetch.bind(globalThis)
  const sendBytes = given ? undefined : bytesSender()
  const base = new URL(url)
  if (!base.pathname.endsWith('/')) base.pathname += '/'

  async function once(path: string, { method = 'GET', query = {}, body, type, accept, anonymous = false, signal }: Call = {}): Promise<Response> {
    const target = new URL(path, base)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, String(value))
    const headers: Record<string, string> = { ...(key && !anonymous && { authorization: `Bearer ${key}` }), ...(type && { 'content-type': type }), ...(accept && { accept }) }
    const sent = typeof body === 'function' ? await body() : body
    let answer: Response
    try {
      answer = sendBytes && sent instanceof Uint8Array ? await sendBytes(target, { method, headers, body: sent, signal }) : await ask(target, { method, headers, body: sent, signal, credentials: 'omit', redirect: 'follow' })
    } catch (cause) {
      signal?.throwIfAborted()
      throw networkError(base, cause)
    }
    if (!answer.ok) throw await errorOf(answer)
    return answer
  }

  /** What was refused before it was begun can always be asked again. */
  const again = <T>(work: () => Promise<T>, { method = 'GET', repeatable = method !== 'POST', signal }: Call) =>
    retrying(work, { retries, signal, when: ({ status }) => repeatable || status === 429 || status === 503 })

  return {
    retries,
    once,
    send: (path, call = {}) => again(() => once(path, call), call),
    json<T>(path: string, call: Call = {}) {
      return again(async () => {
        const answer = await once(path, call)
        try {
          return (await answer.json()) as T
        } catch (cause) {
          call.signal?.throwIfAborted()
          throw new TholeError('BAD_ANSWER', `${base.host} answered with something else than JSON`, { status: answer.status }, { cause })
        }
      }, call)
    },
  }
}
