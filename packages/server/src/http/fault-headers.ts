import type { Fault } from '../kernel/faults.ts'

/** What every dialect says of a fault in headers: when to come back (RFC 9110 §10.2.3), how to sign in (§11.6.1), what works here (§10.2.1). */
export function faultHeaders({ code, data: { seconds, allow } }: Fault): Record<string, string> {
  const headers: Record<string, string> = {}
  if (typeof seconds === 'number') headers['Retry-After'] = String(seconds)
  if (code === 'UNAUTHENTICATED') headers['WWW-Authenticate'] = 'Bearer'
  if (typeof allow === 'string') headers.Allow = allow
  return headers
}
