import { TholeError } from '../errors.ts'
import type { Bytes, Content, InputFile, PutSource } from '../types.ts'
import { contentOf, isStream } from './content.ts'
import { keepAside, type KeptAside } from './keep-aside.ts'

/** What `put` was given, every file of it readable at any place. */
export interface Input {
  /** Of one file the path is empty. */
  files: { path: string; content: Content }[]
  isDirectory: boolean
  /** Lets go of what was kept aside. */
  close(): Promise<void>
}

export interface ReadOptions {
  /** Told of each stretch of a stream that was taken. */
  onBytes?: (count: number) => void
  signal?: AbortSignal
}

/** @throws TholeError INVALID_REQUEST where it is nothing of what `put` takes; what a stream throws; the signal's reason */
export async function readInput(source: PutSource, options: ReadOptions = {}): Promise<Input> {
  const kept: KeptAside[] = []
  const close = async () => void (await Promise.all(kept.map((one) => one.close())))
  const take = async (bytes: Bytes): Promise<Content> => {
    if (!isStream(bytes)) return contentOf(bytes)
    const aside = await keepAside(bytes, options)
    kept.push(aside)
    return aside.content
  }
  try {
    const files = []
    const isDirectory = !isBytes(source)
    if (isDirectory) for (const { path, content } of listOf(source)) files.push({ path, content: await take(content) })
    else files.push({ path: '', content: await take(source) })
    return { files, isDirectory, close }
  } catch (error) {
    await close()
    throw error
  }
}

function isBytes(source: PutSource): source is Bytes {
  if (typeof source !== 'object' || source === null) throw noSource()
  return source instanceof Uint8Array || source instanceof ArrayBuffer || isContent(source)
}

/** Files, streams and whatever can be read: bytes that lie elsewhere. */
export function isContent(value: object): value is Exclude<Bytes, Uint8Array | ArrayBuffer> {
  if (value instanceof Blob || isStream(value)) return true
  return 'size' in value && 'read' in value && typeof value.read === 'function'
}

function* listOf(source: Iterable<InputFile | File>): Generator<InputFile> {
  if (!(Symbol.iterator in source)) throw noSource()
  for (const file of source) {
    if (!(file instanceof Blob)) yield file
    else yield { path: file.webkitRelativePath || file.name, content: file }
  }
}

function noSource(): TholeError {
  return new TholeError('INVALID_REQUEST', 'put takes bytes, a Blob or File, a stream, or a list of files')
}
