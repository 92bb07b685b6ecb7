import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { UsageError } from '../../usage-error.ts'
import type { Source } from '../item.ts'

export interface BucketPlace {
  bucket: string
  prefix: string
}

/** `s3://bucket/prefix`. @throws UsageError */
export function readBucketPlace(text: string): BucketPlace {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? []
  if (bucket === undefined) throw new UsageError(`"${text}" is not the place of CARs in a bucket, such as s3://bucket/prefix.`)
  return { bucket, prefix }
}

/** The CARs of an S3 bucket whose keys begin with a prefix. Credentials, region and endpoint are found as the AWS tools find them. */
export function carBucket({ bucket, prefix }: BucketPlace): Source {
  return {
    from: `s3://${bucket}/${prefix}`,
    async *items(signal) {
      const { GetObjectCommand, paginateListObjectsV2, S3Client } = await import('@aws-sdk/client-s3')
      const client = new S3Client({ forcePathStyle: true })
      async function* read(key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal })
        yield* Body as Readable
      }
      try {
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }, { abortSignal: signal })) {
          for (const { Key: key, ETag: tag } of Contents) {
            if (!key?.endsWith('.car')) continue
            yield { id: `${key} ${tag}`, label: key, from: { car: (signal) => read(key, signal), name: posix.basename(key, '.car') } }
          }
        }
      } finally {
        client.destroy()
      }
    },
  }
}
