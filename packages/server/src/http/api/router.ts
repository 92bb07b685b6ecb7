import { OpenAPIHono } from '@hono/zod-openapi'
import { fault } from '../../kernel/faults.ts'
import type { EdgeEnv } from '../edge.ts'
import { wordsOf } from './read-body.ts'

export type Api = OpenAPIHono<EdgeEnv>

/** Routes whose schemas are checked before the handler runs; what does not fit is INVALID_REQUEST, naming the field. */
export function apiRouter(): Api {
  return new OpenAPIHono<EdgeEnv>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw fault('INVALID_REQUEST', { reason: wordsOf(result.error) })
    },
  })
}
