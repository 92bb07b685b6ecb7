import type { Fault } from '../../kernel/faults.ts'
import type { Reply } from '../reply.ts'
import { openHeaders } from './headers.ts'

/** A refusal, in words for a person. */
export function textReply(status: number, words: string, headers: Record<string, string> = {}): Reply {
  const body = `${words}\n`
  return {
    status,
    headers: {
      ...openHeaders,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  }
}

export function redirect(location: string, headers: Record<string, string> = {}, status = 301): Reply {
  return textReply(status, `Moved to ${location}`, { location, ...headers })
}

/** A fault as the gateway tells it. Faults of reading a DAG say what they stopped at in their `reason`. */
export function faultReply(fault: Fault): Reply {
  const { code, status, message, data } = fault
  const words = code === 'NOT_FOUND' && data.what === undefined && typeof data.reason === 'string' ? data.reason : message
  return textReply(status, words, mayPass.has(status) ? { 'retry-after': '10' } : {})
}

/** Statuses with which clients expect to be told when to come again. */
const mayPass: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** 406: the content has no such representation. */
export function notAcceptable(format: string): Reply {
  return textReply(406, `This content cannot be given as ${format}.`)
}
