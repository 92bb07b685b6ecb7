import { z } from '@hono/zod-openapi'

/** As a route's `request`. */
export const body = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } })

export const email = z.string().max(254)
export const password = z.string().max(1024)
export const token = z.string().max(200)
export const memberRole = z.enum(['owner', 'member', 'reader'])
/** What a browser's `navigator.credentials` answered. */
export const credential = z.looseObject({ id: z.string().max(2000) })
