import { Fault, fault } from '../../../kernel/faults.ts'

/** "Could not look" is never told as "is not there". */
export function bucketFault(error: unknown, signal?: AbortSignal): Fault {
  if (error instanceof Fault) return error
  if (signal?.aborted) return fault('ABORTED', {}, { cause: error })
  return fault('UPSTREAM_FAILED', { reason: 'the object store cannot be used at the moment' }, { cause: error })
}

/** What an operator should do about a bucket that cannot be opened, or be written to. Stores have words of their own beside AWS's, so the status counts too. */
export function wordsAtStart(error: unknown, bucket: string, act: 'list' | 'write to' = 'list'): Fault {
  const { name = '', message = '' } = error instanceof Error ? error : {}
  const status = statusOf(error)
  const refuse = (reason: string) => fault('INVALID_REQUEST', { reason: `THOLE_BLOCKS: ${reason}` }, { cause: error })
  if (name === 'NoSuchBucket') return refuse(`there is no bucket "${bucket}"; make it first, or correct the name`)
  if (name === 'AccessDenied') return refuse(`the key may not ${act} the bucket "${bucket}"; it needs to list, read, write and delete objects, and to list and abort multipart uploads`)
  if (status === 301 || status === 307 || name === 'AuthorizationHeaderMalformed') return refuse(`the bucket "${bucket}" is in another region; set AWS_REGION to it`)
  if (status !== undefined && status >= 400 && status < 500) return refuse(`the object store refuses the key (${message || name}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile`)
  if (name === 'CredentialsProviderError') return refuse('there is no key for the object store; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE')
  if (status === undefined && /region/i.test(message)) return refuse('the region of the bucket is not known; set AWS_REGION (any word, such as us-east-1, where the store is not AWS)')
  return fault('UPSTREAM_FAILED', { reason: `the object store of THOLE_BLOCKS cannot be reached (${message || name}); check AWS_ENDPOINT_URL_S3 and the network` }, { cause: error })
}

/** The store answers, and does not do it for us, or for nobody. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0
  return (status >= 400 && status < 500) || status === 501
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined
}
