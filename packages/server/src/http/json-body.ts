import { fault } from '../kernel/faults.ts'
import type { Call } from './edge.ts'
import { bodyOf, demandBodyLimit } from './edge.ts'

const maxBytes = 1024 * 1024

/** A small JSON object from the body. Faults INVALID_REQUEST, TOO_LARGE. */
export async function jsonBody(call: Call): Promise<Record<string, unknown>> {
  demandBodyLimit(call, maxBytes)
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of bodyOf(call)) {
    bytes += piece.length
    if (bytes > maxBytes) throw fault('TOO_LARGE', { reason: `a JSON body may have ${maxBytes} bytes`, limit: maxBytes })
    pieces.push(piece)
  }
  const value = parse(Buffer.concat(pieces).toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('INVALID_REQUEST', { reason: 'the body must be a JSON object' })
  return value as Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw fault('INVALID_REQUEST', { reason: 'the body is not JSON' }, { cause })
  }
}
