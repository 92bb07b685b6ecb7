import { Agent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBreaker, Outage, Refusal, type BreakerLimits } from './breaker.ts'
import type { Body } from './form.ts'
import { jsonLines } from './json-lines.ts'

export interface ServiceOptions {
  /** What people call it. */
  name: string
  /** http or https, without user and password. */
  url: string
  credentials?: { user: string; password: string }
  breaker?: Partial<BreakerLimits>
}

export interface Ask {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: Body
  /** Milliseconds without a byte either way after which it counts as gone. */
  silence?: number
  signal: AbortSignal
}

/** A service with an HTTP interface that answers in JSON. */
export interface Service {
  /** Every value of the answer, as they come. Faults: UPSTREAM_FAILED where it could not be asked (`outage` in its data), a Refusal where it says no. */
  ask(ask: Ask): AsyncGenerator<unknown>
  /** The last value of the answer. */
  one(ask: Ask): Promise<unknown>
  outage(): string | undefined
  close(): void
}

const defaultSilence = 15_000
const longestWords = 1_000
/** What a proxy answers for a service that is out, or what says that we are the wrong ones or at the wrong place. */
const outWords: Readonly<Record<number, string>> = {
  401: 'refuses the user and password that it was given',
  403: 'refuses us',
  405: 'has no such call: is the address right?',
  429: 'has too much to do',
  502: 'is out, says a proxy',
  503: 'is out',
  504: 'is out, says a proxy',
}

export function openService({ name, url, credentials, breaker: limits }: ServiceOptions): Service {
  const breaker = createBreaker(limits)
  const isTls = url.startsWith('https:')
  const agent = isTls ? new TlsAgent({ keepAlive: true, maxSockets: 64 }) : new Agent({ keepAlive: true, maxSockets: 64 })
  const who = `${name} at ${new URL(url).host}`
  const basic = credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`

  async function send({ method, path, query = {}, body, silence = defaultSilence, signal }: Ask): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const target = new URL(url.replace(/\/+$/, '') + path)
    for (const [key, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(key, String(value))
    const headers: Record<string, string> = { accept: 'application/json', ...(basic && { authorization: basic }), ...(body && { 'content-type': body.type }) }
    const options: RequestOptions = { method, headers, agent, signal, timeout: silence }
    const request = isTls ? tlsRequest(target, options) : plainRequest(target, options)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    request.once('response', resolve)
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error(`no answer within ${silence / 1000} seconds`)))
    let own: { error: unknown } | undefined
    if (body) {
      const watched = watching(body.bytes, (error) => (own = { error }))
      // What it answers counts, also where it stops reading early.
      pipeline(Readable.from(watched), request).catch(reject)
    } else request.end()
    try {
      return await promise
    } catch (error) {
      signal.throwIfAborted()
      // The bytes could not be read here: that is not the service's fault.
      if (own) throw own.error
      throw out(error)
    }
  }

  function out(error: unknown): Outage {
    const { code, message } = error as NodeJS.ErrnoException
    return new Outage(`${who} cannot be reached (${code ?? message})`, { cause: error })
  }

  async function refused(answer: IncomingMessage): Promise<Error> {
    const status = answer.statusCode!
    let text = ''
    for await (const piece of answer) {
      text += String(piece)
      if (text.length > longestWords) break
    }
    const known = outWords[status]
    return known === undefined ? new Refusal(name, saidIn(text) || `status ${status}`) : new Outage(`${who} ${known} (${status})`)
  }

  async function* ask(what: Ask): AsyncGenerator<unknown> {
    const answer = await breaker.run(async () => {
      const found = await send(what)
      if (found.statusCode !== undefined && found.statusCode < 300) return found
      throw await refused(found)
    })
    try {
      yield* jsonLines(answer)
    } catch (error) {
      what.signal.throwIfAborted()
      await breaker.run(() => Promise.reject(out(error)))
    } finally {
      answer.destroy()
    }
    // What went wrong after the answer had begun.
    const late = answer.trailers['x-stream-error']
    if (late) throw new Refusal(name, saidIn(late))
  }

  return {
    ask,
    async one(what) {
      let last: unknown
      for await (const value of ask(what)) last = value
      return last
    },
    outage: breaker.outage,
    close: () => agent.destroy(),
  }
}

/** Kubo: `{"Message"}`; Cluster: `{"message"}`. One line of it. */
function saidIn(text: string): string {
  let words = text
  try {
    const said = JSON.parse(text) as { Message?: unknown; message?: unknown }
    words = String(said.Message ?? said.message ?? text)
  } catch {}
  return words.trim().split('\n')[0]!.slice(0, 200)
}

async function* watching(bytes: AsyncIterable<Uint8Array>, failed: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    failed(error)
    throw error
  }
}
