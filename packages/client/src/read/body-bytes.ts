import { TholeError } from '../errors.ts'

/** The body of an answer, also where streams cannot be iterated. */
export async function* bodyBytes({ body }: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } catch (cause) {
    signal?.throwIfAborted()
    throw new TholeError('NETWORK', 'the answer broke off', {}, { cause })
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** A CAR that ends in the middle is one that broke off: the next may be whole. */
export function broken(error: unknown): unknown {
  if (!(error instanceof TholeError) || error.code !== 'INVALID_CAR') return error
  return new TholeError('BAD_ANSWER', `the gateway gave a CAR that cannot be read: ${error.message}`, {}, { cause: error })
}
