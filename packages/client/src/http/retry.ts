import { TholeError } from '../errors.ts'

export interface RetryOptions {
  retries: number
  signal?: AbortSignal
  /** Whether this error may be met by another try; it passes by itself. */
  when?: (error: TholeError) => boolean
}

const firstMs = 250
const longestMs = 30_000

/** Does something again while it fails for reasons that pass, waiting longer each time. */
export async function retrying<T>(work: () => Promise<T>, { retries, signal, when = () => true }: RetryOptions): Promise<T> {
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TholeError) || !error.retry || tries >= retries || !when(error)) throw error
      await pause(waitOf(tries, error), signal)
    }
  }
}

/** What the server asked for, else twice as long each time; a random share keeps many clients from coming at once. */
export function waitOf(tries: number, { retryAfter }: TholeError): number {
  if (retryAfter !== undefined) return Math.min(retryAfter * 1000, longestMs)
  return Math.min(firstMs * 2 ** tries, longestMs) * (0.5 + Math.random() / 2)
}

/** @throws the signal's reason */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    const stop = () => {
      end()
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      end()
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop)
  })
}
