import type { Reply } from '../reply.ts'
import { type GatewayRequest, headerOf } from './request.ts'

/** A reply that may be given again to whoever asks for the same. */
export interface RepeatableReply extends Reply {
  /** Throws where it may not be given any more. Absent: it is never given again. */
  again?(): Promise<unknown>
}

export interface RecentReplyLimits {
  /** Milliseconds after which a reply is made, and its content read and checked, again. */
  maxAge: number
  /** Of a body. */
  maxBody: number
  maxReplies: number
}

/** Headers that what is remembered goes by; others that change a reply keep it from being remembered. */
const telling = ['accept', 'range'] as const
const changing = ['if-none-match', 'if-range', 'cache-control', 'service-worker'] as const

/** Makes replies, but those of short pages and files, which many ask for in the same moment, once in a while. */
export function recently(make: (request: GatewayRequest) => Promise<RepeatableReply>, { maxAge, maxBody, maxReplies }: RecentReplyLimits): (request: GatewayRequest) => Promise<Reply> {
  const known = new Map<string, { reply: RepeatableReply; until: number }>()

  async function makeNow(request: GatewayRequest, key: string): Promise<Reply> {
    const reply = await make(request)
    if (reply.again === undefined || !(reply.body instanceof Uint8Array) || reply.body.length > maxBody) return reply
    if (known.size >= maxReplies) known.delete(known.keys().next().value!)
    // A copy: the bytes may be a small part of a large block, which would stay with them.
    const kept = { ...reply, body: new Uint8Array(reply.body) }
    known.set(key, { reply: kept, until: performance.now() + maxAge })
    return kept
  }

  return async (request) => {
    const key = keyOf(request)
    if (key === undefined) return make(request)
    const recent = known.get(key)
    if (recent === undefined) return makeNow(request, key)
    if (performance.now() >= recent.until) {
      known.delete(key)
      return makeNow(request, key)
    }
    await recent.reply.again!()
    return recent.reply
  }
}

function keyOf(request: GatewayRequest): string | undefined {
  const { method, host, path, query, headers, mount } = request
  if (method !== 'GET' || mount !== undefined || changing.some((name) => headers[name] !== undefined)) return undefined
  return `${host}\n${path}\n${query}\n${telling.map((name) => headerOf(request, name)).join('\n')}`
}
