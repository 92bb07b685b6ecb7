import { carFrame, carHeader } from '@thole/dag'
import type { Block } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A trustless gateway of a few blocks, which can be told to misbehave. */
export interface OddGateway {
  url: string
  /** `raw <cid>` and `car <cid>`, in order of arrival. */
  asked: string[]
  /** What happens instead of an honest answer, where it returns true. */
  temper: (request: IncomingMessage, response: ServerResponse, cid: CID) => boolean
  put(blocks: readonly Block[]): void
  /** Order of the blocks of its CARs, the root first; without it there are none. */
  cars: Map<string, readonly Block[]>
  stop(): Promise<void>
}

export async function startGateway(): Promise<OddGateway> {
  const stored = new Map<string, Uint8Array>()
  const keyOf = (cid: CID) => Buffer.from(cid.multihash.bytes).toString('hex')
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://gateway')
    const cid = CID.parse(url.pathname.split('/').at(-1) ?? '')
    const format = url.searchParams.get('format')
    gateway.asked.push(`${format} ${cid}`)
    if (gateway.temper(request, response, cid)) return
    const blocks = gateway.cars.get(cid.toString())
    if (format === 'car' && blocks !== undefined) {
      response.writeHead(200, { 'content-type': 'application/vnd.ipld.car; version=1; order=dfs; dups=n' })
      response.write(carHeader([cid]))
      for (const block of blocks) for (const part of carFrame(block)) response.write(part)
      return void response.end()
    }
    const bytes = stored.get(keyOf(cid))
    if (format !== 'raw') response.writeHead(406)
    else if (bytes === undefined) response.writeHead(404)
    else return void response.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' }).end(bytes)
    response.end('no')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gateway: OddGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    temper: () => false,
    cars: new Map(),
    put: (blocks) => blocks.forEach(({ cid, bytes }) => stored.set(keyOf(cid), bytes)),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return gateway
}
