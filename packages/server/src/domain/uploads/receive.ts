import { assertStorable, buildFile, canonicalCid, directoryBuilder, isInline, isLeaf, linksToFollow, profiles, readCar, takeTurns, type BlockSink, type ProfileName } from '@thole/dag'
import type { CID } from 'multiformats/cid'
import { fault } from '../../kernel/faults.ts'
import type { UploadKind } from '../../ports/db/index.ts'

/** One file of a form: its path inside of the upload, and its bytes, to be read before the next one is asked for. */
export interface IncomingFile {
  /** 'a.txt' or 'folder/a.txt'. */
  path: string
  /** The form's name for it. */
  field?: string
  mediaType?: string
  bytes: AsyncIterable<Uint8Array>
}

export interface ReceivedRoots {
  kind: UploadKind
  roots: CID[]
  /** CID of the CAR itself, where it is told. */
  car?: string
}

export interface ReceiveOptions {
  profile: ProfileName
  signal?: AbortSignal
  /** Files make a directory, also where there is one. */
  wrap?: boolean
  /** Roots of a CAR; default 100. */
  maxRoots?: number
  /** A CAR brings its roots: fault INVALID_CAR. */
  bringsRoots?: boolean
  /** Hears of them before its blocks are taken, and may throw. */
  onRoots?(roots: readonly CID[]): void
}

export async function receiveFile(bytes: AsyncIterable<Uint8Array>, sink: BlockSink, { profile, signal }: ReceiveOptions): Promise<ReceivedRoots> {
  const file = await buildFile(bytes, profiles[profile], sink, { signal })
  if (file.size === 0) throw fault('INVALID_REQUEST', { reason: 'the body is empty' })
  return { kind: 'file', roots: [file.cid] }
}

/** One plain file gives the file's root, unless it is to be wrapped; several, or a name with folders, give a directory. */
export async function receiveFiles(files: AsyncIterable<IncomingFile>, sink: BlockSink, { profile, signal, wrap = false }: ReceiveOptions): Promise<ReceivedRoots> {
  const directory = directoryBuilder(profiles[profile])
  let first: { path: string; cid: CID } | undefined
  const turn = takeTurns()
  let number = 0
  for await (const { path, bytes } of files) {
    const pause = turn()
    if (pause) await pause
    const file = await buildFile(bytes, profiles[profile], sink, { signal })
    directory.add(path, file)
    first ??= { path, cid: file.cid }
    number++
  }
  if (first === undefined) throw fault('INVALID_REQUEST', { reason: 'the form has no file (a part with a file name)' })
  if (number === 1 && !wrap && !first.path.includes('/')) return { kind: 'file', roots: [first.cid] }
  return { kind: 'directory', roots: [(await directory.finish(sink)).cid] }
}

/** Each root is measured and gets rows of its own. */
const mostRoots = 100

export async function receiveCar(bytes: AsyncIterable<Uint8Array>, sink: BlockSink, { signal, maxRoots = mostRoots, bringsRoots = false, onRoots }: ReceiveOptions): Promise<ReceivedRoots> {
  const car = await readCar(bytes, { maxRoots, signal, reuse: true })
  car.roots.forEach(assertStorable)
  onRoots?.(car.roots)
  const lacking = new Set(bringsRoots ? car.roots.filter((root) => !isInline(root)).map(canonicalCid) : [])
  let blocks = 0
  for await (const block of car.blocks) {
    assertStorable(block.cid)
    // A block whose links cannot be read would be found out only when others depend on it.
    if (!isLeaf(block.cid)) linksToFollow(block.cid, block.bytes)
    blocks++
    if (lacking.size > 0) lacking.delete(canonicalCid(block.cid))
    const room = sink(block)
    if (room) await room
  }
  if (blocks === 0) throw fault('INVALID_CAR', { reason: 'it has no blocks' })
  for (const root of lacking) throw fault('INVALID_CAR', { reason: `its root ${root} is not in it` })
  return { kind: 'car', roots: car.roots }
}
