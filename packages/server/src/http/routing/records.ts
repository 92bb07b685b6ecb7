import { parseCid } from '@thole/dag'
import { Hono } from 'hono'
import type { CID } from 'multiformats/cid'
import { parseIpnsName } from '../../domain/names/index.ts'
import type { BlockServer, NetworkStatus } from '../../ports/network.ts'
import type { Call, EdgeEnv } from '../edge.ts'

export interface RecordRouteParts {
  network(): NetworkStatus
  /** What peers are given. */
  server: Pick<BlockServer, 'size'>
}

interface PeerRecord {
  Schema: 'peer'
  ID: string
  Addrs: string[]
  Protocols: string[]
}

/** `/providers/{cid}` and `/peers/{id}`: what this server has, and where it is. Nobody else is asked; of others nothing is known. */
export function recordRoutes({ network, server }: RecordRouteParts): Hono<EdgeEnv> {
  const routes = new Hono<EdgeEnv>({ strict: false })

  function self(): PeerRecord[] {
    const { peerId, addresses, state } = network()
    if (state !== 'running' || peerId === undefined) return []
    return [{ Schema: 'peer', ID: peerId, Addrs: addresses.map((address) => address.replace(/\/p2p\/[^/]+$/, '')), Protocols: ['transport-bitswap'] }]
  }

  routes.get('/providers/:cid', async (call) => {
    const cid = cidOf(call.req.param('cid'))
    if (cid === undefined) return unprocessable(call, 'CID')
    return answer(call, 'Providers', (await server.size(cid)) === undefined ? [] : self())
  })
  routes.get('/peers/:id', (call) => {
    const peer = parseIpnsName(call.req.param('id'))
    if (peer === undefined) return unprocessable(call, 'peer id')
    return answer(call, 'Peers', self().filter(({ ID }) => parseIpnsName(ID)?.text === peer.text))
  })
  return routes
}

function cidOf(text: string): CID | undefined {
  try {
    return parseCid(text)
  } catch {
    return undefined
  }
}

function unprocessable(call: Call, what: string): Response {
  return call.text(`This is no ${what}.\n`, 422)
}

/** An empty list is an answer (IPIP-0513); lines only where they are asked for (IPIP-0410). */
function answer(call: Call, list: 'Providers' | 'Peers', records: PeerRecord[]): Response {
  call.header('Vary', 'Accept')
  call.header('Cache-Control', `public, max-age=${records.length > 0 ? 300 : 15}, stale-while-revalidate=172800, stale-if-error=172800`)
  if (!/application\/x-ndjson/i.test(call.req.header('accept') ?? '')) return call.json({ [list]: records })
  return call.body(records.map((record) => `${JSON.stringify(record)}\n`).join(''), 200, { 'Content-Type': 'application/x-ndjson' })
}
