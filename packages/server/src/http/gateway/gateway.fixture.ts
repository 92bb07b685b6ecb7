import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildFile, digest, directoryBuilder, profiles, readCar, type Block, type Profile } from '@thole/dag'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { openMemoryStore, type MemoryStore } from '../../blocks/memory-store.ts'
import { openDb } from '../../db/index.ts'
import { openToAll } from '../../domain/moderation/index.ts'
import type { NameParts, Names } from '../../domain/names/index.ts'
import { testNames } from '../../domain/names/testing/test-names.ts'
import { createRetrieval, type Retrieval } from '../../domain/retrieval/index.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Db } from '../../ports/db/index.ts'
import type { Reply } from '../reply.ts'
import { createGateway, type GatewayConfig, type GatewayRequest } from './index.ts'

/** A gateway over content that a test makes, asked without sockets. */
export interface TestGateway extends AsyncDisposable {
  db: Db
  blocks: MemoryStore
  retrieval: Retrieval
  names: Names
  /** Blocks read from the store since the test set it to 0. */
  reads: number
  file(content: string | Uint8Array, profile?: Profile): Promise<CID>
  directory(files: Record<string, string | Uint8Array>, profile?: Profile): Promise<CID>
  /** One block under its SHA-256. */
  block(codec: number, bytes: Uint8Array): Promise<CID>
  /** Every block of a CAR, complete or not, but those in `without`. */
  car(bytes: Uint8Array, without?: readonly string[]): Promise<CID[]>
  /** Asks for a path with its query at 127.0.0.1:3000, a host without subdomains. */
  ask(url: string, options?: AskOptions): Promise<Answer>
  handle(request: GatewayRequest): Promise<Reply>
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

export async function openTestGateway(config?: GatewayConfig, nameParts?: Partial<NameParts>): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'thole-gateway-'))
  const db = await openDb({ url: join(folder, 'thole.db') })
  await db.migrate()
  const blocks = openMemoryStore()
  const retrieval = createRetrieval({ db, recent: { maxAge: 0 }, moderation: openToAll, blocks: counting(blocks, () => made.reads++) })
  const names = testNames(db, nameParts)
  const gateway = createGateway({ retrieval, names, config: { recentReplies: { maxAge: 0 }, ...config } })
  const writer = blocks.writer()
  const sink = (block: Block) => writer.put(block)

  const made: TestGateway = {
    db,
    blocks,
    retrieval,
    names,
    reads: 0,
    async file(content, profile = profiles['unixfs-v1-2025']) {
      const { cid } = await buildFile(one(content), profile, sink)
      await writer.commit()
      return cid
    },
    async directory(files, profile = profiles['unixfs-v1-2025']) {
      const builder = directoryBuilder(profile)
      for (const [path, content] of Object.entries(files)) builder.add(path, await buildFile(one(content), profile, sink))
      const { cid } = await builder.finish(sink)
      await writer.commit()
      return cid
    },
    async block(codec, bytes) {
      const cid = CID.createV1(codec, createDigest(0x12, digest(0x12, bytes)))
      await sink({ cid, bytes })
      await writer.commit()
      return cid
    },
    async car(bytes, without = []) {
      const { roots, blocks: contained } = await readCar(one(bytes))
      for await (const block of contained) if (!without.includes(block.cid.toString())) await sink(block)
      await writer.commit()
      return roots
    },
    handle: (request) => gateway.handle(request),
    async ask(url, { method = 'GET', host = '127.0.0.1:3000', headers = {}, secure = false } = {}) {
      const [path = '', query = ''] = url.split('?')
      const reply = await gateway.handle({ method, host, path, query, headers, secure, signal: new AbortController().signal })
      const bytes = await bytesOf(reply)
      reply.ended?.(bytes.length)
      return { status: reply.status, headers: reply.headers, bytes, text: bytes.toString() }
    },
    async [Symbol.asyncDispose]() {
      await retrieval.close()
      await blocks.close()
      await db.close()
      await rm(folder, { recursive: true })
    },
  }
  return made
}

/** The bytes that a body gives when it is read to its end. */
export async function bytesOf({ body }: Reply): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0)
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as Uint8Array)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The CIDs of the blocks in a CAR, in order, each checked. */
export async function cidsIn(car: Uint8Array): Promise<string[]> {
  const { blocks } = await readCar(one(car))
  const cids: string[] = []
  for await (const { cid } of blocks) cids.push(cid.toString())
  return cids
}

function counting(blocks: BlockStore, read: () => void): BlockStore {
  return {
    ...blocks,
    get(hash, options) {
      read()
      return blocks.get(hash, options)
    },
    async getRun(hashes, options) {
      const run = await blocks.getRun(hashes, options)
      run.forEach(read)
      return run
    },
  }
}

async function* one(content: string | Uint8Array): AsyncIterable<Uint8Array> {
  yield Buffer.from(content as Uint8Array)
}
