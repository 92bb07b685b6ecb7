import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PutBucketPolicyCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'
import { tholed } from '../support/server.ts'

describe.skipIf(noS3)(`tholed doctor and a bucket${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  const ending = new AsyncDisposableStack()
  const users = { reader: 'a secret of a reader', writer: 'a secret of a writer', nobody: 'a secret of nobody' }
  const may = (who: string, actions: string[], resource: string) => ({ Effect: 'Allow', Principal: who, Action: actions.map((action) => `s3:${action}`), Resource: `arn:aws:s3:::${resource}` })
  const objects = ['GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts']

  beforeAll(async () => {
    s3 = ending.adopt(await startS3({ users, versions: true }), (it) => it.stop())
    const client = ending.adopt(new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, forcePathStyle: true }), (it) => it.destroy())
    const Statement = [may('reader', ['ListBucket'], 'thole'), may('reader', ['GetObject'], 'thole/*'), may('writer', ['ListBucket', 'ListBucketMultipartUploads'], 'thole'), may('writer', objects, 'thole/*')]
    await client.send(new PutBucketPolicyCommand({ Bucket: 'thole', Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }))
  })
  afterAll(() => ending.disposeAsync())

  async function examine(variables: Record<string, string> = {}): Promise<{ code: number | null; bucket: { verdict: string; words: string; help?: string } }> {
    await using folder = await temporaryFolder()
    const own = Object.entries(process.env).filter(([name, value]) => value !== undefined && !/^(THOLE|AWS)_/.test(name)) as [string, string][]
    const env = { ...Object.fromEntries(own), THOLE_DATA: join(folder.path, 'none'), THOLE_MIN_FREE: '0', THOLE_NETWORK: 'none', THOLE_BLOCKS: 's3://thole/some/prefix', ...s3.variables, ...variables }
    const { code, out } = await tholed(['doctor', '--json'], env)
    const found = out.trim().split('\n').map((line) => JSON.parse(line))
    return { code, bucket: found.find(({ check }) => check === 'bucket') }
  }
  const keyOf = (name: keyof typeof users) => ({ AWS_ACCESS_KEY_ID: name, AWS_SECRET_ACCESS_KEY: users[name] })

  test('one that is well, without old versions and with them; nothing is left in it', async () => {
    expect(await examine()).toMatchObject({ code: 0, bucket: { verdict: 'warn', words: 'thole answers and keeps no old versions', help: expect.stringContaining('turn versioning on') } })
    const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, forcePathStyle: true })
    await client.send(new PutBucketVersioningCommand({ Bucket: 'thole', VersioningConfiguration: { Status: 'Enabled' } }))
    client.destroy()
    expect(await examine()).toMatchObject({ code: 0, bucket: { verdict: 'ok', words: 'thole answers and keeps old versions' } })
    const left = (await readdir(s3.folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
    expect(left.map(({ name }) => name)).toEqual([])
  })

  test('a key that may do all that is needed and not ask for versions', async () => {
    expect(await examine(keyOf('writer'))).toMatchObject({ code: 0, bucket: { verdict: 'warn', words: expect.stringContaining('does not tell this key whether it keeps old versions') } })
  })

  test.each([
    ['a wrong secret', () => ({ AWS_SECRET_ACCESS_KEY: 'another' }), /the object store refuses the key/],
    ['a key that it does not know', () => ({ AWS_ACCESS_KEY_ID: 'who' }), /the object store refuses the key/],
    ['a key that may do nothing', () => keyOf('nobody'), /the key may not list the bucket "thole"/],
    ['a key that may only read', () => keyOf('reader'), /the key may not write to the bucket "thole"; it needs to list, read, write and delete/],
    ['no such bucket', () => ({ THOLE_BLOCKS: 's3://elsewhere' }), /there is no bucket "elsewhere"/],
    ['nobody there', () => ({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }), /the object store of THOLE_BLOCKS cannot be reached/],
  ] as const)('%s is told in words, with what to do', async (_, variables, words) => {
    expect(await examine(variables())).toMatchObject({ code: 1, bucket: { verdict: 'bad', words: expect.stringMatching(words), help: expect.stringContaining('THOLE_BLOCKS') } })
  })
})
