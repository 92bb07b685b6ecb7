import { connect, type ConnectionOptions } from './http/connection.ts'
import { pinsOf, type Pins } from './pins.ts'
import { build, put, putObject } from './put.ts'
import { get } from './read/get.ts'
import type { Got } from './read/types.ts'
import type { BuildOptions, Built, CallOptions, DagStatus, PutObjectOptions, PutOptions, PutResult, PutSource } from './types.ts'
import { uploadsOf, type Uploads } from './uploads.ts'

export type TholeOptions = ConnectionOptions

/** A Thole server, as an account with a key sees it. */
export class Thole {
  readonly pins: Pins
  readonly uploads: Uploads
  readonly #connection: ReturnType<typeof connect>

  constructor(options: TholeOptions) {
    this.#connection = connect(options)
    this.pins = pinsOf(this.#connection)
    this.uploads = uploadsOf(this.#connection)
  }

  /**
   * Stores bytes, a file, a stream, a directory of files, or a CAR. Everything is named here first; then the server is brought what it lacks,
   * so that a put that was broken off goes on where it was. Resolves when all of it is on stable storage there.
   * @throws TholeError; the signal's reason; what a stream throws
   */
  put(source: PutSource, options?: PutOptions): Promise<PutResult> {
    return put(this.#connection, source, options)
  }

  /**
   * Stores a value as one block of dag-cbor or dag-json. Files in it (Blobs, streams, whatever `put` takes but plain bytes) are stored as files
   * of their own and linked; `{ '/': cid }` is a link.
   */
  putObject(value: unknown, options?: PutObjectOptions): Promise<PutResult> {
    return putObject(this.#connection, value, options)
  }

  /**
   * What a path leads to: `bafy…`, `bafy…/photos/cat.jpg`, `ipfs://bafy…`. Every block is checked against its CID before any of its bytes are given,
   * so that the server need not be trusted.
   */
  get(path: string, options?: CallOptions): Promise<Got> {
    return get(this.#connection, path, options)
  }

  /** What a `put` would give, found out without asking the server. */
  build(source: PutSource, options?: BuildOptions): Promise<Built> {
    return build(source, options)
  }

  /** How much of a DAG is here. @throws TholeError NOT_FOUND where nobody has named this root */
  status(cid: string, options?: CallOptions): Promise<DagStatus> {
    return this.#connection.json<DagStatus>(`api/v1/dags/${encodeURIComponent(cid)}`, options)
  }
}
