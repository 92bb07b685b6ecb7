import { canonicalPeerId } from '../../addresses.ts'
import { bodyInTime, wholeBody } from '../http/body.ts'
import type { HttpAnswer } from '../http/client.ts'
import { HttpFailure } from '../http/failure.ts'
import { limits } from '../limits.ts'
import type { Provider } from './router.ts'

/**
 * Providers in an answer of the delegated routing API, as they come: one JSON object, or one record a line. Records
 * of unknown schemas are left out. @throws HttpFailure where it is neither, or too large
 */
export async function* readProviders(answer: HttpAnswer): AsyncGenerator<Provider> {
  if (!/^application\/x-ndjson\b/.test(answer.headers['content-type'] ?? '')) {
    const { Providers: records } = asObject(parse(Buffer.from(await wholeBody(answer, limits.routerAnswer)).toString()))
    if (records !== undefined && records !== null && !Array.isArray(records)) throw nonsense()
    for (const record of records ?? []) yield* providerOf(record)
    return
  }
  for await (const line of linesOf(bodyInTime(answer.body, { whole: limits.httpWhole }))) {
    if (line.trim() !== '') yield* providerOf(parse(line))
  }
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > limits.routerAnswer) throw new HttpFailure('its answer has no end')
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > limits.routerRecord) throw nonsense()
    yield* lines
  }
  yield rest
}

/** Schemas `peer` and, as older routers have it, `bitswap`; both name a peer by ID and Addrs. */
function* providerOf(record: unknown): Generator<Provider> {
  const { Schema: schema, ID: id, Addrs: addresses } = asObject(record)
  if (schema !== 'peer' && schema !== 'bitswap') return
  const peerId = typeof id === 'string' && id.length <= 128 ? canonicalPeerId(id) : undefined
  if (peerId === undefined) return
  const texts = Array.isArray(addresses) ? addresses.filter((address) => typeof address === 'string') : []
  yield { peerId, addresses: texts.slice(0, limits.addressesPerProvider) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw nonsense()
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw nonsense()
  return value as Record<string, unknown>
}

function nonsense(): HttpFailure {
  return new HttpFailure('its answer cannot be read')
}
