import type { Context } from 'hono'
import type { Fault } from '../../kernel/faults.ts'
import { faultHeaders } from '../fault-headers.ts'
import { currentRequest } from '../requests.ts'

/** RFC 9457. `code` is the fault's; `detail` is for people, `requestId` for whoever reads the log. */
export function problem(call: Context, found: Fault): Response {
  const { code, status, message } = found
  const body = { type: `urn:thole:fault:${code.toLowerCase()}`, title: code.toLowerCase().replaceAll('_', ' '), status, detail: message, code, requestId: currentRequest()?.id }
  return call.body(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json', ...faultHeaders(found) } } as ResponseInit as never)
}
