import { openBucket, type BucketOptions } from './bucket/bucket.ts'

/** Whether the bucket is open to us, and keeps old versions. Faults with what an operator should do. */
export async function lookAtBucket(options: BucketOptions): Promise<{ versioning: boolean }> {
  const bucket = await openBucket(options)
  try {
    await bucket.probe()
    return { versioning: await bucket.keepsVersions() }
  } finally {
    bucket.close()
  }
}
