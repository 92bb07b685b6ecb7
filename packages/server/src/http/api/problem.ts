import type { Context } from 'hono'
import type { Fault } from '../../kernel/faults.ts'

/** RFC 9457. `code` is the fault's; `detail` is for people. */
export function problem(call: Context, { code, status, message, data }: Fault): Response {
  const retryAfter = typeof data.seconds === 'number' ? { 'Retry-After': String(data.seconds) } : {}
  const body = { type: `urn:thole:fault:${code.toLowerCase()}`, title: code.toLowerCase().replaceAll('_', ' '), status, detail: message, code }
  return call.body(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json', ...retryAfter } } as ResponseInit as never)
}
