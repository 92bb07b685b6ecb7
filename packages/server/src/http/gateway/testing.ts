import { codecs, buildFile, digest, directoryBuilder, profiles, type Block, type Profile } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { createRetrieval } from '../../domain/retrieval/index.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Dag, Db, Reader, Writer } from '../../ports/db/index.ts'
import type { Reply } from '../reply.ts'
import { createGateway, type GatewayConfig, type GatewayRequest } from './index.ts'

/** A gateway over content that a test makes, asked without sockets. */
export interface TestGateway {
  store: TestStore
  /** Holders of DAG rows by canonical root; roots without an entry have no row. */
  holders: Map<string, number>
  visits: Map<string, number>
  file(content: string | Uint8Array, profile?: Profile): Promise<CID>
  directory(files: Record<string, string | Uint8Array>, profile?: Profile): Promise<CID>
  block(codec: number, bytes: Uint8Array): CID
  /** Asks for `path` (with its query) at `host`. */
  ask(path: string, options?: AskOptions): Promise<Answer>
  handle(request: GatewayRequest): Promise<Reply>
  close(): Promise<void>
}

export interface AskOptions {
  method?: string
  host?: string
  headers?: Record<string, string>
  secure?: boolean
}

export interface Answer {
  status: number
  headers: Record<string, string>
  bytes: Buffer
  text: string
}

export interface TestStore extends BlockStore {
  blocks: Map<string, Uint8Array>
  /** Blocks read since the test set it to 0. */
  reads: number
}

export function openTestGateway(config?: GatewayConfig): TestGateway {
  const store = mapStore()
  const holders = new Map<string, number>()
  const visits = new Map<string, number>()
  const retrieval = createRetrieval({ db: dagRows(holders, visits), blocks: store })
  const gateway = createGateway({ retrieval, config })
  const sink = ({ cid, bytes }: Block) => void store.blocks.set(keyOf(cid.multihash.bytes), bytes)

  const file = async (content: string | Uint8Array, profile = profiles['unixfs-v1-2025']) => {
    return (await buildFile(one(content), profile, sink)).cid
  }
  return {
    store,
    holders,
    visits,
    file,
    async directory(files, profile = profiles['unixfs-v1-2025']) {
      const builder = directoryBuilder(profile)
      for (const [path, content] of Object.entries(files)) builder.add(path, await buildFile(one(content), profile, sink))
      return (await builder.finish(sink)).cid
    },
    block(codec, bytes) {
      const cid = CID.createV1(codec, createDigest(0x12, digest(0x12, bytes)))
      sink({ cid, bytes })
      return cid
    },
    handle: (request) => gateway.handle(request),
    async ask(url, { method = 'GET', host = '127.0.0.1:3000', headers = {}, secure = false } = {}) {
      const [path = '', query = ''] = url.split('?')
      const reply = await gateway.handle({ method, host, path, query, headers, secure, signal: new AbortController().signal })
      const bytes = await bytesOf(reply)
      return { status: reply.status, headers: reply.headers, bytes, text: bytes.toString() }
    },
    close: () => retrieval.close(),
  }
}

async function bytesOf({ body }: Reply): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0)
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body)
  return Buffer.concat(await Array.fromAsync(body))
}

async function* one(content: string | Uint8Array): AsyncIterable<Uint8Array> {
  yield Buffer.from(content)
}

export { codecs }
