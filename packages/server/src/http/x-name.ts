import { fault } from '../kernel/faults.ts'
import type { Call } from './edge.ts'

/** `X-Name`: what the upload is to be called, percent-encoded UTF-8, as the classic clients send it. Fault INVALID_REQUEST. */
export function nameInHeader(call: Call): string | undefined {
  const text = call.req.header('x-name')
  if (!text) return undefined
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw fault('INVALID_REQUEST', { reason: 'the header X-Name is not percent-encoded UTF-8' }, { cause })
  }
}
