import { z } from '@hono/zod-openapi'
import { reasonOf } from '../../domain/pins/index.ts'
import { replicaWords } from '../../domain/replicas/index.ts'
import type { UploadView } from '../../domain/uploads/index.ts'
import { repairWords } from '../../domain/scrub/index.ts'
import type { DagDamage, DagReplicas, FetchState, PinRequestView, Visits } from '../../ports/db/index.ts'

const visitsShape = {
  visits: z.number().openapi({ description: 'Responses of the gateway with content of it, to anybody' }),
  visitBytes: z.number().openapi({ description: 'Bytes of content in them, as far as they were written' }),
  lastVisit: z.iso.datetime().optional().openapi({ description: 'Some seconds late; absent where there was none' }),
}

/** The JSON shapes of the API, in one place: schemas for the document, and how rows become them. */
export const rootShape = z.object({ cid: z.string(), name: z.string().optional() }).openapi('Root')

const listedRootShape = rootShape
  .extend({ pinned: z.boolean().openapi({ description: 'false: it is pinned once it is read through a gateway' }), expires: z.iso.datetime().optional().openapi({ description: 'It is gone then if nobody has read it; absent: it stays' }), ...visitsShape })
  .openapi('ListedRoot')

export const uploadShape = z
  .object({ id: z.string(), name: z.string().optional(), kind: z.enum(['file', 'directory', 'car', 'token']), bytes: z.number(), created: z.iso.datetime(), roots: z.array(listedRootShape) })
  .openapi('Upload')

const damageShape = z
  .object({
    blocks: z.number().openapi({ description: 'Blocks that cannot be read; what lies below one with links is not known' }),
    first: z.array(z.object({ cid: z.string(), path: z.string() })),
    since: z.iso.datetime(),
    repair: z.string().openapi({ description: 'What is being done about it, in words' }),
  })
  .openapi('Damage')

const replicasShape = z
  .object({
    state: z.enum(['waiting', 'confirmed', 'degraded', 'leaving']).openapi({ description: 'degraded: it counted as pinned, and there are too few now; leaving: nobody wants it any more' }),
    wanted: z.number(),
    confirmed: z.array(z.string()).openapi({ description: 'Nodes that had all of it at the last look' }),
    since: z.iso.datetime(),
    reason: z.string().optional(),
  })
  .openapi('Replicas')

const fetchShape = z
  .object({
    blocks: z.number().openapi({ description: 'Distinct blocks that are here, as far as is known' }),
    bytes: z.number(),
    missing: z.number().openapi({ description: 'Blocks known to be missing; what lies below them is not known' }),
    providers: z.array(
      z.object({
        address: z.string(),
        kind: z.enum(['gateway', 'router']).optional(),
        state: z.enum(['dialling', 'connected', 'answered', 'failed', 'skipped', 'lost']),
        reason: z.string().optional(),
        blocks: z.number().openapi({ description: 'Blocks that came from there' }),
        missing: z.number().openapi({ description: 'Blocks of which it said that it lacks them' }),
      }),
    ),
    tries: z.number(),
    nextTry: z.iso.datetime().optional().openapi({ description: 'Absent while it is tried' }),
    updated: z.iso.datetime(),
  })
  .openapi('Fetch', { description: 'How fetching it fares, for a request that is not pinned' })

export const pinShape = z
  .object({
    id: z.string(),
    cid: z.string(),
    name: z.string().optional(),
    status: z.enum(['queued', 'pinning', 'pinned', 'failed']),
    reason: z.string().optional(),
    created: z.iso.datetime(),
    bytes: z.number().optional(),
    blocks: z.number().optional(),
    damaged: damageShape.optional(),
    replicas: replicasShape.optional(),
    fetch: fetchShape.optional(),
    deadline: z.iso.datetime().optional().openapi({ description: 'When a request that waits is given up' }),
    uploadId: z.string().optional(),
    ...visitsShape,
  })
  .openapi('Pin')

export const dagShape = z
  .object({
    cid: z.string(),
    state: z.enum(['partial', 'complete', 'quarantined']),
    bytes: z.number().optional(),
    blocks: z.number().optional(),
    missingCount: z.number(),
    missing: z.array(z.object({ cid: z.string(), path: z.string() })),
    damaged: damageShape.optional().openapi({ description: 'Blocks that were here and cannot be read; absent where all is well' }),
    replicas: replicasShape.optional().openapi({ description: 'Copies on other nodes, where such are wanted' }),
    ...visitsShape,
    own: z.object(visitsShape).openapi({ description: 'Those of this account, with its keys and sessions' }),
  })
  .openapi('Dag')

const problemShape = z.object({ type: z.string(), title: z.string(), status: z.number(), detail: z.string(), code: z.string() }).openapi('Problem')

export const problems = { default: { description: 'What went wrong', content: { 'application/problem+json': { schema: problemShape } } } }

export const idParam = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) })

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(25),
  before: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Created strictly before' }),
})

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

export function uploadView({ id, name, kind, bytes, created, roots }: UploadView): z.infer<typeof uploadShape> {
  const listed = roots.map(({ cid, name: rootName, unpinned, expires, visits }) => ({ cid, name: rootName, pinned: !unpinned, expires: expires === undefined ? undefined : iso(expires), ...visitsView(visits) }))
  return { id, name, kind, bytes, created: iso(created), roots: listed }
}

export function visitsView({ requests, bytes, last }: Visits) {
  return { visits: requests, visitBytes: bytes, lastVisit: last === undefined ? undefined : iso(last) }
}

export function pinView(request: PinRequestView): z.infer<typeof pinShape> {
  const { id, cid, name, status, created, bytes, blocks, damage, replicas, fetch, deadline, uploadId, visits = { requests: 0, bytes: 0 } } = request
  const waits = (status === 'queued' || status === 'pinning') && bytes === undefined
  return {
    id,
    cid,
    name,
    status,
    reason: replicaWords(status, replicas) ?? reasonOf(request, Date.now()),
    created: iso(created),
    bytes,
    blocks,
    damaged: damage && damageView(damage),
    replicas: replicas && replicasView(replicas),
    fetch: fetch && fetchView(fetch),
    deadline: waits ? iso(deadline) : undefined,
    uploadId,
    ...visitsView(visits),
  }
}

function fetchView({ blocks, bytes, missing, attempts, tries, nextTry, updated }: FetchState): z.infer<typeof fetchShape> {
  return { blocks, bytes, missing, providers: attempts, tries, nextTry: nextTry === undefined ? undefined : iso(nextTry), updated: iso(updated) }
}

export function damageView(damage: DagDamage): z.infer<typeof damageShape> {
  return { blocks: damage.blocks, first: damage.first, since: iso(damage.since), repair: repairWords(damage) }
}

export function replicasView({ nodes, since, ...replicas }: DagReplicas): z.infer<typeof replicasShape> {
  return { ...replicas, confirmed: [...nodes], since: iso(since) }
}

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
