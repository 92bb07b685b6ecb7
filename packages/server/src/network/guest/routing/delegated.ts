import type { CID } from 'multiformats/cid'
import { dialFailure } from '../dial-failure.ts'
import { createTemper } from '../gateways/temper.ts'
import { httpClient } from '../http/client.ts'
import { HttpFailure, retryAfter } from '../http/failure.ts'
import { nameOf } from '../http/name.ts'
import { limits } from '../limits.ts'
import { readProviders } from './provider-records.ts'
import type { Provider, Router } from './router.ts'

/**
 * A router that is asked over HTTP: https://specs.ipfs.tech/routing/http-routing-v1/. The operator named it, so its
 * host may be at a private address; those whom it names are judged by whoever dials them.
 */
export function delegatedRouter(url: string, { dialPrivate }: { dialPrivate: boolean }): Router {
  const http = httpClient({ trusted: new URL(url).hostname, dialPrivate, sockets: limits.lookupsPerRouter })
  const temper = createTemper()

  async function* findProviders(cid: CID, signal: AbortSignal): AsyncGenerator<Provider> {
    if (temper.away !== undefined) throw new Error(temper.away)
    try {
      const answer = await http.get(new URL(`${url}/routing/v1/providers/${cid.toV1()}`), { accept: 'application/x-ndjson, application/json;q=0.9', signal })
      const { status, headers, body } = answer
      try {
        if (status === 200) yield* readProviders(answer)
        else if (status !== 404) throw new HttpFailure(`it answered HTTP ${status}`, { retryAfter: status === 429 || status === 503 ? (retryAfter(headers['retry-after']) ?? 0) : undefined })
      } finally {
        body.destroy()
      }
      temper.good()
    } catch (error) {
      if (signal.aborted) throw error
      const isKnown = error instanceof HttpFailure
      const words = isKnown ? error.message : dialFailure(error)
      temper.bad(words, { grave: !isKnown, retryAfter: isKnown ? error.retryAfter : undefined })
      throw new Error(temper.away ?? words, { cause: error })
    }
  }

  return { name: nameOf(url), findProviders }
}
