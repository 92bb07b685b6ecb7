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

function info({ reason, bytes, blocks, damage }: PinRequestView) {
  const details = reason ?? (damage && damageWords(damage))
  if (details === undefined && bytes === undefined) return undefined
  return { status_details: details, dag_size: bytes?.toString(), blocks: blocks?.toString() }
}
