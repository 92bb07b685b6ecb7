import { createHash, createHmac } from 'node:crypto'

export interface S3Place {
  /** http://host:port */
  endpoint: string
  bucket: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

/** A URL by which anybody may PUT or GET one object for an hour (AWS Signature Version 4, query parameters). */
export function presign(method: 'PUT' | 'GET', { endpoint, bucket, region, credentials }: S3Place, key: string): string {
  const url = new URL(`/${bucket}/${key}`, endpoint)
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`
  const query = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', stamp],
    ['X-Amz-Expires', '3600'],
    ['X-Amz-SignedHeaders', 'host'],
  ].map((pair) => pair.map((part) => encodeURIComponent(part!)).join('=')).join('&')
  const request = [method, url.pathname, query, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const text = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  const signingKey = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`)
  return `${url}?${query}&X-Amz-Signature=${hmac(signingKey, text).toString('hex')}`
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}
