import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Reports } from '../../../domain/moderation/index.ts'
import { fault } from '../../../kernel/faults.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import { bodyOf, demandBodyLimit, faultOf, type Call, type EdgeEnv } from '../../edge.ts'
import { faultHeaders } from '../../fault-headers.ts'
import type { Limits } from '../../limits/limits.ts'
import { tokenBuckets } from '../../limits/token-buckets.ts'
import { abusePage, type AbusePage } from './abuse-page.ts'
import { pagePolicy } from './page.ts'

export interface AbuseParts {
  reports: Reports
  limits: Limits
  clock: Clock
  log: Log
  /** Whom to write to: an e-mail address or a URL; undefined: the form alone. */
  abuseContact?: string
  /** Reports a minute, and a day, from one address. Default 5, and 20, so that nobody fills alone what is kept for all. */
  reportRate?: number
  reportsADay?: number
}

const maxForm = 32 * 1024
const maxAddresses = 10_000

/** Where anybody tells of content that should not be here. No script, no session, no cookie. */
export function abuse({ reports, limits, clock, log, abuseContact, reportRate = 5, reportsADay = 20 }: AbuseParts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })
  const minute = tokenBuckets({ capacity: reportRate, maxBuckets: maxAddresses, clock })
  const day = tokenBuckets({ capacity: reportsADay, window: 86_400_000, maxBuckets: maxAddresses, clock })
  const show = (call: Call, page: Omit<AbusePage, 'contact'>, status = 200, headers = {}) =>
    call.html(abusePage({ contact: abuseContact, ...page }), status as ContentfulStatusCode, {
      'Content-Security-Policy': `${pagePolicy({ form: true })}; frame-ancestors 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      ...headers,
    })

  routes.get('/', (call) => show(call, { written: { path: call.req.query('path') } }))
  routes.post('/', async (call) => {
    const from = limits.addressOf(call)
    for (const rate of [minute, day]) {
      const { ok, nextIn } = rate.take(from)
      if (!ok) throw fault('RATE_LIMITED', { seconds: Math.ceil(nextIn / 1000) })
    }
    const form = await readForm(call)
    const field = (name: string) => form.get(name) ?? ''
    const written = { path: field('path'), kind: field('kind'), words: field('words'), contact: field('contact') }
    try {
      await reports.file(written)
    } catch (error) {
      const found = faultOf(error, log, call)
      return show(call, { written, refusal: found.message }, found.status, faultHeaders(found))
    }
    log.warn({ path: written.path.slice(0, 200), kind: written.kind }, 'somebody reported abuse')
    return show(call, { done: true }, 201)
  })
  routes.onError((error, call) => {
    const found = faultOf(error, log, call)
    return show(call, { refusal: found.message }, found.status, faultHeaders(found))
  })
  return routes
}

async function readForm(call: Call): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.req.header('content-type') ?? '')) throw fault('INVALID_REQUEST', { reason: 'the body must be a form' })
  demandBodyLimit(call, maxForm)
  let text = ''
  for await (const piece of bodyOf(call)) {
    text += Buffer.from(piece).toString('latin1')
    if (text.length > maxForm) throw fault('TOO_LARGE', { reason: `a report may have ${maxForm} bytes`, limit: maxForm })
  }
  return new URLSearchParams(text)
}
