import { CID } from 'multiformats/cid'
import { readInput, type Input } from './content/input.ts'
import { asTholeError } from './dag-errors.ts'
import { TholeError } from './errors.ts'
import type { Connection } from './http/connection.ts'
import { filesIn, planObject } from './objects/plan-object.ts'
import { makePlanAside } from './plan/make-plan-aside.ts'
import type { Plan } from './plan/plan.ts'
import { sendPlan } from './send/send.ts'
import type { BuildOptions, Built, PutObjectOptions, PutOptions, PutResult, PutSource } from './types.ts'

/** Names the source, then brings the server what it lacks of it. */
export async function put(connection: Connection, source: PutSource, options: PutOptions = {}): Promise<PutResult> {
  return planned(() => readInput(source, readOptions(options)), options, (plan, input) => send(connection, plan, input, options))
}

/** The same with a value, and the files in it. */
export async function putObject(connection: Connection, value: unknown, options: PutObjectOptions = {}): Promise<PutResult> {
  const read = () => readInput(filesIn(value).map((content, i) => ({ path: String(i), content })), readOptions(options))
  const asRoots = async () => ({ ...(await read()), isDirectory: false })
  return planned(asRoots, { ...options, car: false }, async (files, input) => send(connection, await planObject(value, files, options.codec), input, options))
}

async function send(connection: Connection, plan: Plan, input: Input, options: PutOptions): Promise<PutResult> {
  const built = describe(plan)
  await options.onCid?.(built.cid)
  options.signal?.throwIfAborted()
  const { uploadId, bytes } = await sendPlan(connection, plan, input.files, options)
  return { ...built, sent: bytes, uploadId }
}

/** What a put of the source would give, without a server. */
export function build(source: PutSource, options: BuildOptions = {}): Promise<Built> {
  return planned(() => readInput(source, readOptions(options)), options, async (plan) => describe(plan))
}

async function planned<T>(read: () => Promise<Input>, { profile = 'unixfs-v1-2025', car = false, onProgress, signal }: BuildOptions, use: (plan: Plan, input: Input) => Promise<T>): Promise<T> {
  let input: Input | undefined
  try {
    input = await read()
    if (car && input.isDirectory) throw new TholeError('INVALID_REQUEST', 'a CAR is one file')
    const total = input.files.reduce((sum, { content }) => sum + content.size, 0)
    const { files, isDirectory } = input
    const plan = await makePlanAside({ files, isDirectory, car, profile }, { onBytes: counter(onProgress, total), signal })
    signal?.throwIfAborted()
    return await use(plan, input)
  } catch (error) {
    throw asTholeError(error)
  } finally {
    await input?.close()
  }
}

function readOptions({ onProgress, signal }: BuildOptions) {
  return { onBytes: counter(onProgress, undefined), signal }
}

function counter(onProgress: BuildOptions['onProgress'], total: number | undefined): ((count: number) => void) | undefined {
  let done = 0
  return onProgress && ((count) => onProgress({ phase: 'hashing', done: (done += count), total }))
}

function describe({ roots, blocks }: Plan): Built {
  const names = roots.map((root) => CID.decode(root).toString())
  return { cid: names[0]!, roots: names, bytes: blocks.reduce((sum, { length }) => sum + length, 0), blocks: blocks.length }
}
