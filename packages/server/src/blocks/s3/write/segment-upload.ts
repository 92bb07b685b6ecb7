import { fault } from '../../../kernel/faults.ts'
import type { Bucket } from '../bucket/bucket.ts'

/** A multipart upload that takes longer could end after others took its object for an orphan: S3 dates an object by the begin of its upload. */
const maxUploadMs = 12 * 3_600_000

/** One object on its way: by one request where it has one part, else part by part, several at once. */
export class SegmentUpload {
  readonly #bucket: Bucket
  readonly #key: string
  readonly #parts: Promise<string>[] = []
  #begun?: { uploadId: Promise<string>; at: number }

  constructor(bucket: Bucket, key: string) {
    this.#bucket = bucket
    this.#key = key
  }

  get isBegun(): boolean {
    return this.#begun !== undefined
  }

  /** One of several parts. Resolves when the bytes are there. */
  async part(body: Uint8Array): Promise<void> {
    const { uploadId } = (this.#begun ??= { uploadId: this.#bucket.beginParts(this.#key), at: performance.now() })
    const number = this.#parts.length + 1
    const part = uploadId.then((id) => this.#bucket.putPart(this.#key, id, number, body))
    part.catch(() => {}) // told by whoever waits for it
    this.#parts.push(part)
    await part
  }

  /** The last part, or the only one; the object is there when it resolves. */
  async finish(body: Uint8Array | undefined): Promise<void> {
    if (!this.#begun) {
      if (body) await this.#bucket.put(this.#key, body)
      return
    }
    if (body) await this.part(body)
    const tags = await Promise.all(this.#parts)
    if (performance.now() - this.#begun.at > maxUploadMs) throw fault('UPSTREAM_FAILED', { reason: 'an upload to the object store took longer than 12 hours' })
    await this.#bucket.completeParts(this.#key, await this.#begun.uploadId, tags)
  }

  async abort(): Promise<void> {
    if (!this.#begun) return
    const uploadId = await this.#begun.uploadId
    // A part under way would stay behind: S3 wants the upload aborted after it.
    await Promise.allSettled(this.#parts)
    await this.#bucket.abortParts(this.#key, uploadId)
  }
}
