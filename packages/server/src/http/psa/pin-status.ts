import { attemptInWords, reasonOf } from '../../domain/pins/index.ts'
import { replicaWords } from '../../domain/replicas/index.ts'
import { damageWords } from '../../domain/scrub/index.ts'
import type { PinRequestView } from '../../ports/db/index.ts'

/** PSA §PinStatus: absent fields are left out, never null; `info` has strings only. */
export function pinStatus(request: PinRequestView, delegates: readonly string[]) {
  return {
    requestid: request.id,
    status: request.status,
    created: new Date(request.created).toISOString(),
    pin: {
      cid: request.cid,
      name: request.name,
      origins: request.origins.length > 0 ? request.origins.slice(0, maxOrigins) : undefined,
      meta: request.meta,
    },
    delegates,
    info: info(request),
  }
}

/** PSA §Origins: at most 20, also where a client sent more. */
const maxOrigins = 20

const maxProviders = 10

/** Strings only. What is not known is left out, and so is the whole where nothing is. */
function info(request: PinRequestView): Record<string, string> | undefined {
  const { status, bytes, blocks, damage, replicas, deadline, fetch } = request
  const waits = (status === 'queued' || status === 'pinning') && bytes === undefined
  const all = {
    status_details: replicaWords(status, replicas) ?? reasonOf(request, Date.now()) ?? (damage && damageWords(damage)),
    dag_size: bytes?.toString(),
    blocks: (blocks ?? fetch?.blocks)?.toString(),
    bytes: fetch?.bytes.toString(),
    replicas: replicas && `${replicas.nodes.length} of ${replicas.wanted}`,
    missing: fetch?.missing.toString(),
    providers: fetch?.attempts.slice(0, maxProviders).map(attemptInWords).join('; ') || undefined,
    tries: fetch?.tries.toString(),
    next_try: waits && fetch?.nextTry !== undefined ? new Date(fetch.nextTry).toISOString() : undefined,
    deadline: waits ? new Date(deadline).toISOString() : undefined,
  }
  const known = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return known.length > 0 ? Object.fromEntries(known) : undefined
}
