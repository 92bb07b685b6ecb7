import { lookAtBucket } from '../../blocks/index.ts'
import type { Config } from '../../config/config.ts'
import { bad, ok, warn, wordsOf, type Finding } from './finding.ts'

/** Whether it answers, takes what we write, and keeps old versions. Nothing, where blocks are on disk. */
export async function* examineBucket({ blocks: place }: Pick<Config, 'blocks'>): AsyncGenerator<Finding> {
  if ('bucket' in place) yield await look(place)
}

async function look(place: { bucket: string; prefix: string }): Promise<Finding> {
  try {
    const { versioning } = await lookAtBucket(place)
    if (versioning === undefined) return warn('bucket', `${place.bucket} answers, and does not tell this key whether it keeps old versions`, 'see that versioning is on (docs/backup.md), or let the key ask (s3:GetBucketVersioning)')
    if (versioning) return ok('bucket', `${place.bucket} answers and keeps old versions`)
    return warn('bucket', `${place.bucket} answers and keeps no old versions`, 'turn versioning on, with a rule that drops old versions after some weeks: it is what a backup of the database needs beside it (docs/backup.md)')
  } catch (error) {
    return bad('bucket', wordsOf(error), 'see that THOLE_BLOCKS and the AWS_… variables name the bucket, its endpoint and credentials')
  }
}
