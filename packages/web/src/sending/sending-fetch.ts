export interface SendingOptions {
  /** In bytes on the wire, each change: negative where a body is done or given up. */
  onSent(bytes: number): void
  /** What is told with each body. */
  query: Record<string, string>
}

/**
 * A `fetch` with the session of this page that tells how much of a body has left: `fetch` itself tells nothing of that.
 */
export function sendingFetch({ onSent, query }: SendingOptions): typeof fetch {
  return (input, init = {}) => {
    const { body, method, headers, signal } = init
    if (!(body instanceof Blob) && !(body instanceof Uint8Array)) return fetch(input, { ...init, credentials: 'same-origin' })
    return new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      let told = 0
      const tell = (loaded: number) => {
        onSent(loaded - told)
        told = loaded
      }
      const target = new URL(String(input))
      for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
      xhr.open(method ?? 'POST', target)
      for (const [name, value] of new Headers(headers)) xhr.setRequestHeader(name, value)
      xhr.upload.onprogress = ({ loaded }) => tell(loaded)
      xhr.onloadend = () => {
        tell(0)
        signal?.removeEventListener('abort', abort)
      }
      xhr.onload = () => resolve(new Response(xhr.responseText || null, { status: xhr.status, headers: headersOf(xhr) }))
      xhr.onerror = () => reject(new TypeError('the connection broke'))
      xhr.onabort = () => reject(signal?.reason)
      const abort = () => xhr.abort()
      signal?.addEventListener('abort', abort, { once: true })
      if (signal?.aborted) reject(signal.reason)
      else xhr.send(body as Blob)
    })
  }
}

function headersOf(xhr: XMLHttpRequest): Record<string, string> {
  const named = ['content-type', 'retry-after'].map((name) => [name, xhr.getResponseHeader(name)])
  return Object.fromEntries(named.filter(([, value]) => value !== null)) as Record<string, string>
}
