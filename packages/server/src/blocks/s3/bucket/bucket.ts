import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { fault } from '../../../kernel/faults.ts'
import { bucketFault, isRefusal, wordsAtStart } from './bucket-faults.ts'

export interface BucketOptions {
  bucket: string
  /** Without slashes at its ends; may be empty. */
  prefix: string
  /** Where the AWS tools' own variables and files do not say it: endpoint, region, credentials. */
  connection?: Pick<S3ClientConfig, 'endpoint' | 'region' | 'credentials'>
}

export interface BucketObject {
  /** Below the prefix. */
  key: string
  bytes: number
  modified: number
}

export interface OpenUpload {
  key: string
  uploadId: string
  begun: number
}

/** Objects below a prefix of a bucket. Every function faults with UPSTREAM_FAILED where the store cannot be asked, ABORTED where the signal says so. */
export interface Bucket {
  /** Whether it is there and open to us; throws what an operator should do. */
  probe(): Promise<void>
  /** Whether objects can be made in it; leaves nothing there. Throws as `probe` does. */
  probeWrites(): Promise<void>
  /** Whether it keeps what was deleted or written over; undefined where it does not tell us. */
  keepsVersions(): Promise<boolean | undefined>
  put(key: string, body: Uint8Array): Promise<void>
  beginParts(key: string): Promise<string>
  /** Part numbers begin with 1. Returns the tag that `completeParts` wants. */
  putPart(key: string, uploadId: string, number: number, body: Uint8Array): Promise<string>
  completeParts(key: string, uploadId: string, tags: readonly string[]): Promise<void>
  abortParts(key: string, uploadId: string): Promise<void>
  /** Undefined where there is no such object. Fewer bytes where it ends before. The ArrayBuffer is the caller's own. */
  read(key: string, from: number, length: number, signal?: AbortSignal): Promise<Buffer | undefined>
  /** Pages of up to 1,000 objects in the order of their keys, of those that begin so. */
  list(begin: string, signal?: AbortSignal): AsyncIterable<BucketObject[]>
  openUploads(begin: string): AsyncIterable<OpenUpload[]>
  /** Also where it is gone already. */
  remove(key: string): Promise<void>
  close(): void
}

/** Connections at once. */
const maxSockets = 64
const connectMs = 5_000
const idleMs = 30_000

/** A client of one bucket. The SDK is loaded here, so that nobody else pays for it. */
export async function openBucket({ bucket, prefix, connection }: BucketOptions): Promise<Bucket> {
  const s3 = await import('@aws-sdk/client-s3')
  const agent = { keepAlive: true, maxSockets }
  const client = new s3.S3Client({
    ...connection,
    // Others than AWS know no trailing checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs, httpAgent: agent, httpsAgent: agent },
  })
  // Who sets an endpoint (also in a profile) has no DNS name for each bucket.
  const { endpointProvider } = client.config
  client.config.endpointProvider = (parameters, context) => endpointProvider({ ...parameters, ForcePathStyle: parameters.Endpoint !== undefined }, context)
  client.middlewareStack.add(
    (next) => async (step) => {
      const { protocol, body, headers } = step.request as { protocol?: string; body?: unknown; headers: Record<string, string> }
      if (body instanceof Uint8Array) headers['x-amz-content-sha256'] = await payloadHash(protocol, body)
      return next(step)
    },
    { step: 'build', name: 'tholePayloadHash' },
  )
  const root = prefix === '' ? '' : `${prefix}/`
  const at = (key: string) => ({ Bucket: bucket, Key: root + key })
  const told = async <T>(work: Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw bucketFault(error, signal)
    }
  }

  return {
    async probe() {
      try {
        await client.send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: root, MaxKeys: 1 }))
      } catch (error) {
        throw wordsAtStart(error, bucket)
      }
    },
    async probeWrites() {
      const key = at(`probe/${crypto.randomUUID()}`)
      try {
        const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(key))
        await client.send(new s3.AbortMultipartUploadCommand({ ...key, UploadId }))
      } catch (error) {
        throw wordsAtStart(error, bucket, 'write to')
      }
    },
    async keepsVersions() {
      try {
        const { Status } = await client.send(new s3.GetBucketVersioningCommand({ Bucket: bucket }))
        return Status === 'Enabled'
      } catch (error) {
        if (isRefusal(error)) return undefined
        throw bucketFault(error)
      }
    },
    async put(key, body) {
      await told(client.send(new s3.PutObjectCommand({ ...at(key), Body: body })))
    },
    async beginParts(key) {
      const { UploadId } = await told(client.send(new s3.CreateMultipartUploadCommand(at(key))))
      return demand(UploadId, 'upload id')
    },
    async putPart(key, uploadId, number, body) {
      const { ETag } = await told(client.send(new s3.UploadPartCommand({ ...at(key), UploadId: uploadId, PartNumber: number, Body: body })))
      return demand(ETag, 'tag of a part')
    },
    async completeParts(key, uploadId, tags) {
      const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
      await told(client.send(new s3.CompleteMultipartUploadCommand({ ...at(key), UploadId: uploadId, MultipartUpload: { Parts } })))
    },
    async abortParts(key, uploadId) {
      await told(client.send(new s3.AbortMultipartUploadCommand({ ...at(key), UploadId: uploadId })))
    },
    async read(key, from, length, signal) {
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ ...at(key), Range: `bytes=${from}-${from + length - 1}` }), { abortSignal: signal })
        return await collect(Body as unknown as AsyncIterable<Uint8Array>, length)
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined
        if (error instanceof Error && error.name === 'InvalidRange') return Buffer.alloc(0)
        throw bucketFault(error, signal)
      }
    },
    async *list(begin, signal) {
      for (let token: string | undefined; ; ) {
        const page = await told(client.send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: root + begin, ContinuationToken: token }), { abortSignal: signal }), signal)
        yield (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({ key: Key.slice(root.length), bytes: Size, modified: LastModified?.getTime() ?? Date.now() }))
        token = page.NextContinuationToken
        if (!page.IsTruncated || token === undefined) return
      }
    },
    async *openUploads(begin) {
      for (let next: { KeyMarker?: string; UploadIdMarker?: string } = {}; ; ) {
        const page = await told(client.send(new s3.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: root + begin, ...next })))
        yield (page.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => ({ key: Key.slice(root.length), uploadId: UploadId, begun: Initiated?.getTime() ?? Date.now() }))
        if (!page.IsTruncated) return
        next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
    },
    async remove(key) {
      await told(client.send(new s3.DeleteObjectCommand(at(key))))
    },
    close: () => client.destroy(),
  }
}

/** TLS guards what is sent; without it the signature does. Hashed on another thread, since the SDK would hold this one up. */
async function payloadHash(protocol: string | undefined, body: Uint8Array): Promise<string> {
  if (protocol === 'https:') return 'UNSIGNED-PAYLOAD'
  return Buffer.from(await crypto.subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>)).toString('hex')
}

async function collect(body: AsyncIterable<Uint8Array>, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  for await (const chunk of body) {
    if (filled + chunk.length > length) throw new Error('more bytes came than were asked for')
    bytes.set(chunk, filled)
    filled += chunk.length
  }
  return bytes.subarray(0, filled)
}

function demand(value: string | undefined, what: string): string {
  if (value === undefined) throw fault('UPSTREAM_FAILED', { reason: `the object store gave no ${what}` })
  return value
}
