import { createHash } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { maxRecordBytes, parseIpnsName, type IpnsName, type Names } from '../../domain/names/index.ts'
import { fault, toFault } from '../../kernel/faults.ts'
import type { Clock } from '../../ports/clock.ts'
import { bodyOf, demandBodyLimit, signalOf, type Call, type EdgeEnv } from '../edge.ts'
import type { Limits } from '../limits/limits.ts'
import type { AddressGate } from '../limits/address-gate.ts'

export interface NameRouteParts {
  names: Names
  limits: Limits
  nameGate: AddressGate
  clock: Clock
}

const type = 'application/vnd.ipfs.ipns-record'

/** `/ipns/{name}`: anybody may give and take records, which prove themselves. */
export function nameRoutes({ names, limits, nameGate, clock }: NameRouteParts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })

  routes.get('/:name', async (call) => {
    if (!takesRecords(call.req.header('accept'))) return notAcceptable(call, `Accept: ${type}`)
    call.header('Vary', 'Accept')
    try {
      const { record, ttl } = await names.record(nameOf(call), signalOf(call), { client: limits.addressOf(call) })
      const left = Math.max(0, Math.floor((record.expires - clock.now()) / 1000))
      const etag = `"${createHash('sha256').update(record.bytes).digest('hex').slice(0, 32)}"`
      call.header('Cache-Control', `public, max-age=${Math.floor((ttl ?? 60_000) / 1000)}, stale-while-revalidate=${left}, stale-if-error=${left}`)
      call.header('Expires', new Date(record.expires).toUTCString())
      call.header('Etag', etag)
      if (call.req.header('if-none-match')?.includes(etag)) return call.body(null, 304)
      return call.body(Uint8Array.from(record.bytes), 200, { 'Content-Type': type })
    } catch (error) {
      const found = toFault(error)
      if (found.code !== 'NAME_NOT_RESOLVED') throw found
      // "Any other content type MUST be interpreted as 'no record found'"; 404 is of the past (IPIP-0513).
      return call.text(`${found.message}\n`, 200, { 'Cache-Control': 'public, max-age=15' })
    }
  })

  routes.put('/:name', async (call) => {
    if (call.req.header('content-type')?.split(';', 1)[0]!.trim().toLowerCase() !== type) return notAcceptable(call, `Content-Type: ${type}`)
    const client = nameGate(call)
    const name = nameOf(call)
    await names.publish(name, await recordOf(call), client)
    return call.body(null, 200)
  })

  routes.all('/:name', () => {
    throw fault('METHOD_NOT_ALLOWED', { allow: 'GET, PUT', method: 'This' })
  })
  return routes
}

/** Whoever asks for anything is given a record too. */
function takesRecords(accept = '*/*'): boolean {
  return /(^|,)\s*(application\/(vnd\.ipfs\.ipns-record|\*)|\*\/\*)\s*(;|,|$)/i.test(accept)
}

function nameOf(call: Context<EdgeEnv>): IpnsName {
  const text = call.req.param('name') ?? ''
  const name = parseIpnsName(text)
  if (name === undefined) throw fault('INVALID_REQUEST', { reason: `"${text.slice(0, 100)}" is no IPNS name` })
  return name
}

async function recordOf(call: Call): Promise<Uint8Array> {
  demandBodyLimit(call, maxRecordBytes)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of bodyOf(call)) {
    length += part.length
    if (length > maxRecordBytes) throw fault('INVALID_REQUEST', { reason: `a record has ${maxRecordBytes} bytes at most` })
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function notAcceptable(call: Call, header: string): Response {
  return call.text(`Records have the type ${type}; try again with "${header}".\n`, 406)
}
