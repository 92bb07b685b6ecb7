import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { parseCid } from '@thole/dag'
import type { Hono } from 'hono'
import type { CID } from 'multiformats/cid'
import type { Dags, DagStatus } from '../../domain/dags/index.ts'
import type { Retrieval } from '../../domain/retrieval/index.ts'
import { fault, toFault } from '../../kernel/faults.ts'
import { count } from '../../kernel/words.ts'
import type { Log } from '../../ports/log.ts'
import { signalOf, type Call, type EdgeEnv } from '../edge.ts'
import { sendReply } from '../reply.ts'

export interface CarParts {
  dags: Dags
  retrieval: Retrieval
  log: Log
}

/** A CAR of a DAG up to so many bytes and blocks is made to tell how long it is. */
const maxMeasured = { bytes: 4 << 20, blocks: 64 }

/** `/car/{cid}`: a whole DAG as CAR, for everybody. */
export function carRoutes(routes: Hono<EdgeEnv>, parts: CarParts): void {
  // HEAD comes this way too.
  routes.get('/car/:cid', async (call) => {
    const root = parseCid(call.req.param('cid'))
    const dag = await demandWhole(parts, root)
    const signal = signalOf(call)
    const headers: Record<string, string> = {
      'content-type': 'application/vnd.ipld.car',
      'content-disposition': `attachment; filename="${root}.car"`,
      'cache-control': 'public, max-age=31536000',
      'x-content-type-options': 'nosniff',
    }
    if (call.req.method === 'HEAD') {
      if (isShort(dag)) headers['content-length'] = String(await lengthOf(parts.retrieval, root, signal))
      return call.body(null, 200, headers)
    }
    await send(parts, call, root, headers, signal)
    return RESPONSE_ALREADY_SENT
  })
}

/** A DAG that is known to have gaps is refused: its CAR would be cut short. Undefined where nobody named it. */
async function demandWhole({ dags, retrieval }: CarParts, root: CID): Promise<DagStatus | undefined> {
  await retrieval.assertServed(root)
  const dag = await dags.status(root.toString()).catch((error: unknown) => {
    if (toFault(error).code === 'NOT_FOUND') return undefined
    throw error
  })
  if (dag !== undefined && dag.completed === undefined) {
    const first = dag.missing[0]
    throw fault('DAG_INCOMPLETE', { reason: `${count(dag.missingCount, 'block')}${first ? `, first ${first.cid} at "/${first.path}"` : ''}` })
  }
  // What nobody named may be here as a part of something else.
  if (dag === undefined) await retrieval.size(root)
  return dag
}

function isShort(dag: DagStatus | undefined): boolean {
  return dag?.bytes !== undefined && dag.blocks !== undefined && dag.bytes <= maxMeasured.bytes && dag.blocks <= maxMeasured.blocks
}

async function send({ retrieval, log }: CarParts, call: Call, root: CID, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const { outgoing } = call.env
  const { bytes, giveBack } = retrieval.car({ root, signal })
  const reply = { status: 200, headers, body: bytes, sent: giveBack, ended: (sent: number) => retrieval.visit(root, { bytes: sent }) }
  try {
    await sendReply(outgoing, reply, { head: false, signal })
  } catch (error) {
    if (!outgoing.headersSent && !outgoing.destroyed) throw error
    const found = toFault(error)
    if (found.code !== 'ABORTED') log.warn({ path: call.req.path, code: found.code, error: found.message }, 'content broke off')
  }
}

async function lengthOf(retrieval: Retrieval, root: CID, signal: AbortSignal): Promise<number> {
  let length = 0
  const { bytes, giveBack } = retrieval.car({ root, signal })
  for await (const chunk of bytes) {
    length += chunk.length
    giveBack(chunk)
  }
  return length
}
