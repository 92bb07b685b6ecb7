import { CID } from 'multiformats/cid'
import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import { inLanes } from '../lanes.ts'
import { keyOf } from '../plan/block-list.ts'
import type { Plan, PlannedBlock } from '../plan/plan.ts'
import type { PutOptions } from '../types.ts'
import { endParts, partName } from './end-parts.ts'
import { missingOf } from './missing.ts'
import { partBody, type Bodies } from './part-body.ts'
import { partsOf, type Part } from './parts.ts'

export interface Sent {
  uploadId: string
  /** Bytes of the blocks that were sent. */
  bytes: number
}

const defaultPartBytes = 32 << 20
const defaultAtOnce = 3
/** To send fewer bytes than this takes less time than to ask which of them are there. */
const worthAsking = 256 << 10
/** What was there may be gone when the rest has been sent; so often it is looked at again. */
const rounds = 3

/**
 * Brings the server what it lacks of a plan. The last part is sent when all others are there: it makes the upload that is listed, and the
 * pin request. Those of the others, which hold what they brought until then, are ended.
 */
export async function sendPlan(connection: Connection, plan: Plan, files: Bodies['files'], options: PutOptions): Promise<Sent> {
  const { name, pin, partBytes = defaultPartBytes, atOnce = defaultAtOnce, signal, onProgress } = options
  const root = plan.blocks.find(({ cid }) => keyOf(cid) === keyOf(plan.roots[0]!)) ?? plan.blocks.at(-1)
  if (root === undefined) throw new TholeError('INVALID_CAR', 'the CAR has no blocks')
  const rootName = CID.decode(plan.roots[0]!).toString()
  const partIds: string[] = []
  const rooms: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0

  /** Sends these, the root in any case. Returns the id of the upload. */
  async function round(lacking: readonly PlannedBlock[]): Promise<string> {
    const blocks = [...lacking.filter((block) => block !== root), root!]
    const parts = partsOf(plan, blocks, partBytes)
    const last = parts.pop()!
    const total = bytesOf(blocks)
    let done = 0
    onProgress?.({ phase: 'sending', done, total })
    const post = async (part: Part, query: Record<string, string | undefined>): Promise<string> => {
      const room = rooms.pop() ?? new Uint8Array(Math.min(partBytes, total + part.length))
      const body = () => partBody(part, { plan, files }, room, signal)
      const { id } = await connection.json<{ id: string }>('api/v1/uploads', { method: 'POST', body, type: 'application/vnd.ipld.car', query, repeatable: true, signal }).catch(asChanged)
      rooms.push(room)
      done += bytesOf(part.blocks)
      onProgress?.({ phase: 'sending', done, total })
      return id
    }
    await inLanes(parts, atOnce, async (part) => void partIds.push(await post(part, { name: partName(rootName), pin: 'false' })))
    const id = await post(last, { name, pin: pin === undefined ? undefined : String(pin) })
    bytes += total
    return id
  }

  const isAsked = bytesOf(plan.blocks) > worthAsking
  let lacking = isAsked ? await missingOf(connection, plan.blocks, signal) : plan.blocks
  const isResumed = lacking.length < plan.blocks.length
  let uploadId = await round(lacking)
  for (let i = 1; isResumed; i++) {
    const sent = new Set(lacking)
    lacking = await missingOf(connection, plan.blocks.filter((block) => !sent.has(block)), signal)
    if (lacking.length === 0) break
    if (i === rounds) throw new TholeError('DAG_INCOMPLETE', 'the server loses blocks while others are sent', { cid: rootName })
    partIds.push(uploadId)
    uploadId = await round(lacking)
  }
  await endParts(connection, { partIds, rootName, isResumed }, signal)
  return { uploadId, bytes }
}

/** Every block was hashed here before. */
function asChanged(error: unknown): never {
  if (!(error instanceof TholeError) || error.code !== 'HASH_MISMATCH') throw error
  throw new TholeError('SOURCE_CHANGED', 'a file was changed while it was sent', {}, { cause: error })
}

function bytesOf(blocks: readonly PlannedBlock[]): number {
  return blocks.reduce((sum, { length }) => sum + length, 0)
}
