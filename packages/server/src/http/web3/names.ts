import type { Hono } from 'hono'
import { maxRecordBytes, parseIpnsName, type IpnsName, type Names } from '../../domain/names/index.ts'
import { fault, toFault } from '../../kernel/faults.ts'
import { bodyOf, demandBodyLimit, signalOf, type Call, type EdgeEnv } from '../edge.ts'
import type { AddressGate } from '../limits/address-gate.ts'
import type { Limits } from '../limits/limits.ts'

export interface NameParts {
  names: Names
  limits: Limits
  nameGate: AddressGate
}

/** Base64 takes four characters for three bytes. */
const maxText = Math.ceil(maxRecordBytes / 3) * 4 + 2

/** `/name/{key}`, as w3name speaks it: anybody may give and take records, which prove themselves. */
export function nameRoutes(routes: Hono<EdgeEnv>, { names, limits, nameGate }: NameParts): void {
  routes.get('/name/:key', async (call) => {
    const name = nameOf(call.req.param('key'))
    try {
      // Clients look for the words "not found" before they publish a first record.
      const { record } = await names.record(name, signalOf(call), { client: limits.addressOf(call) })
      return call.json({ value: record.value, record: Buffer.from(record.bytes).toString('base64') })
    } catch (error) {
      const found = toFault(error)
      throw found.code === 'NAME_NOT_RESOLVED' ? fault('NOT_FOUND', { what: `record of ${name.text} (not found)` }, { cause: found }) : found
    }
  })

  routes.post('/name/:key', async (call) => {
    const client = nameGate(call)
    const name = nameOf(call.req.param('key'))
    await names.publish(name, await recordOf(call), client)
    return call.json({ id: name.text }, 202)
  })
}

function nameOf(text: string): IpnsName {
  const name = parseIpnsName(text)
  if (name === undefined) throw fault('INVALID_REQUEST', { reason: `"${text.slice(0, 100)}" is no IPNS name` })
  return name
}

async function recordOf(call: Call): Promise<Uint8Array> {
  demandBodyLimit(call, maxText)
  let text = ''
  for await (const piece of bodyOf(call)) {
    text += Buffer.from(piece).toString('latin1')
    if (text.length > maxText) throw fault('INVALID_REQUEST', { reason: `a record has ${maxRecordBytes} bytes at most` })
  }
  if (!/^[A-Za-z\d+/]+={0,2}\s*$/.test(text)) throw fault('INVALID_REQUEST', { reason: 'the body must be a record in base64' })
  return Buffer.from(text, 'base64')
}
