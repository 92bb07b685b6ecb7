import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface TestS3 {
  /** http://127.0.0.1:port */
  endpoint: string
  /** The bucket that is there. */
  bucket: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  region: string
  /** What the AWS tools read. */
  variables: Record<string, string>
  /** Where its objects lie as files. */
  folder: string
  /** Ends it at once; with `restart` it is back at the same place. */
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The S3 server: VERSITYGW_BIN, or `versitygw` on PATH. Undefined where there is none. */
const s3Program = findProgram()

/** Why suites that need it are skipped, or undefined where they run. */
export const noS3 = s3Program === undefined ? 'there is no versitygw: set VERSITYGW_BIN, or put it on PATH' : undefined

export interface S3Options {
  /** Keys that may do nothing until a policy of the bucket says otherwise: their secrets. */
  users?: Record<string, string>
  /** Buckets can keep old versions. */
  versions?: boolean
}

/** A real S3 server over a temporary folder. It ends with this process, however this process ends: a shell holds it that kills it when its standard input closes. */
export async function startS3({ users, versions = false }: S3Options = {}): Promise<TestS3> {
  if (s3Program === undefined) throw new Error(noS3)
  const program = s3Program
  const folder = await mkdtemp(join(tmpdir(), 'thole-s3-'))
  const objects = join(folder, 'objects')
  await mkdir(join(objects, 'thole'), { recursive: true })
  for (const name of ['users', 'versions']) await mkdir(join(folder, name))
  const credentials = { accessKeyId: 'thole', secretAccessKey: 'a secret for tests' }
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const env = { PATH: process.env.PATH ?? '', HOME: folder, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey }
  let child = await launch()
  for (const [access, secret] of Object.entries(users ?? {})) {
    const asked = ['admin', '--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, '--endpoint-url', endpoint, 'create-user', '--access', access, '--secret', secret, '--role', 'user']
    const { status, stderr } = spawnSync(program, asked)
    if (status !== 0) throw new Error(`versitygw made no user: ${stderr.toString()}`)
  }

  async function launch() {
    const held = '"$@" & cat >/dev/null; kill -KILL $!; wait'
    const people = users ? ['--iam-dir', join(folder, 'users')] : []
    const kept = versions ? ['--versioning-dir', join(folder, 'versions')] : []
    const flags = ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', ...people, 'posix', ...kept, objects]
    const started = spawn('/bin/sh', ['-c', held, 'sh', program, ...flags], { env, stdio: ['pipe', 'ignore', 'pipe'] })
    let words = ''
    started.stderr.on('data', (text: Buffer) => (words += text.toString()))
    for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      if (await fetch(endpoint).catch(() => undefined)) return started
      if (started.exitCode !== null || Date.now() > deadline) throw new Error(`versitygw did not start:\n${words}`)
    }
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.stdin.end()
    await once(child, 'exit')
  }

  return {
    endpoint,
    bucket: 'thole',
    credentials,
    region: 'us-east-1',
    variables: { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    folder: join(objects, 'thole'),
    kill,
    async restart() {
      await kill()
      child = await launch()
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function findProgram(): string | undefined {
  const program = process.env.VERSITYGW_BIN || 'versitygw'
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0 ? program : undefined
}
