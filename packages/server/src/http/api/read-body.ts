import type { z } from '@hono/zod-openapi'
import { fault } from '../../kernel/faults.ts'
import type { Call } from '../edge.ts'
import { jsonBody } from '../json-body.ts'

/** A small JSON body of this shape. Handlers read it themselves, after they know who is asking. Faults INVALID_REQUEST, TOO_LARGE. */
export async function readBody<T extends z.ZodType>(call: Call, shape: T): Promise<z.output<T>> {
  const { success, data, error } = shape.safeParse(await jsonBody(call))
  if (!success) throw fault('INVALID_REQUEST', { reason: wordsOf(error) })
  return data
}

export function wordsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}
