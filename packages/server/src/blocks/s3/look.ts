import { openBucket, type BucketOptions } from './bucket/bucket.ts'

/** Whether the bucket is open to us, and keeps old versions, where it tells. Faults with what an operator should do. */
export async function lookAtBucket(options: BucketOptions): Promise<{ versioning: boolean | undefined }> {
  const bucket = await openBucket(options)
  try {
    await bucket.probe()
    await bucket.probeWrites()
    return { versioning: await bucket.keepsVersions() }
  } finally {
    bucket.close()
  }
}
