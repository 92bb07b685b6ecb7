import { z } from '@hono/zod-openapi'

/** What every event tells, whoever asks. */
export const happened = z.object({
  id: z.number().openapi({ description: 'Grows' }),
  at: z.iso.datetime(),
  kind: z.string(),
  words: z.string().openapi({ description: 'What happened, in words' }),
  actor: z.object({ kind: z.enum(['member', 'key', 'system']), id: z.string().optional(), name: z.string().optional() }),
  data: z.record(z.string(), z.unknown()).openapi({ description: 'Facts, by the kind' }),
})
