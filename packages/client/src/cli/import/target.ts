import { ReadableStream } from 'node:stream/web'
import { carFrame, carHeader, type Block } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { connect } from '../../http/connection.ts'
import type { DagStatus, PinStatus } from '../../types.ts'
import type { Access } from '../credentials.ts'

/** A pin request, as far as an import looks at it. */
export interface Request {
  id: string
  cid: string
  status: PinStatus
  reason?: string
  fetch?: { blocks: number; bytes: number; tries: number }
}

export interface Wish {
  cid: string
  name?: string
  meta?: Record<string, string>
  origins?: readonly string[]
}

/** The server that things are brought to. */
export interface Target {
  /** Sends blocks of a DAG, verified already; they are held by the upload, whose id is returned, until it is removed. */
  send(root: CID, blocks: AsyncIterable<Block>, signal: AbortSignal): Promise<string>
  removeUpload(id: string): Promise<void>
  pin(wish: Wish, signal: AbortSignal): Promise<Request>
  request(id: string, signal: AbortSignal): Promise<Request>
  removeRequest(id: string): Promise<void>
  /** What is missing of a DAG that somebody wants. */
  dag(cid: string, signal: AbortSignal): Promise<DagStatus>
}

export function openTarget({ url, key }: Access): Target {
  // Node wants to be told that a streamed body is read while the answer may come already.
  const streaming: typeof fetch = (input, init) => fetch(input, { ...init, duplex: 'half' } as RequestInit)
  const server = connect({ url, key })
  // What was streamed cannot be streamed again.
  const uploads = connect({ url, key, fetch: streaming, retries: 0 })
  const post = <T>(path: string, body: unknown, signal: AbortSignal) => server.json<T>(path, { method: 'POST', body: JSON.stringify(body), type: 'application/json', signal })

  return {
    async send(root, blocks, signal) {
      const body = ReadableStream.from(carOf(root, blocks)) as BodyInit
      const { id } = await uploads.json<{ id: string }>('api/v1/uploads', { method: 'POST', query: { pin: 'false' }, body, type: 'application/vnd.ipld.car', signal })
      return id
    },
    removeUpload: async (id) => void (await server.send(`api/v1/uploads/${id}`, { method: 'DELETE' })),
    pin: (wish, signal) => post<Request>('api/v1/pins', wish, signal),
    request: (id, signal) => server.json<Request>(`api/v1/pins/${id}`, { signal }),
    removeRequest: async (id) => void (await server.send(`api/v1/pins/${id}`, { method: 'DELETE' })),
    dag: (cid, signal) => server.json<DagStatus>(`api/v1/dags/${cid}`, { signal }),
  }
}

/** Small blocks travel together. */
const slab = 64 * 1024

async function* carOf(root: CID, blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [carHeader([root])]
  let bytes = 0
  for await (const block of blocks) {
    const frame = carFrame(block)
    for (const part of frame) bytes += part.length
    waiting.push(...frame)
    if (bytes < slab) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  if (waiting.length > 0) yield Buffer.concat(waiting)
}
