import { type BlockSource, type Entry, listDirectory, type ListedLink, openEntry } from '@thole/dag'
import { type Fault, fault } from '../../kernel/faults.ts'
import type { FileContent, OpenContent } from './file-content.ts'
import { Pieces } from './pieces.ts'
import { type TarEntry, tarEnd, tarHeader, tarPadding } from './tar-header.ts'
import { tarPath } from './tar-path.ts'

export interface TarLimits {
  /** Entries of one archive. */
  maxEntries: number
  /** Bytes of the directories that are open at once, and of the paths of symlinks, which are remembered. */
  maxHeld: number
}

export interface TarParts extends TarLimits {
  source: BlockSource
  content: OpenContent
}

/** An archive for one reader. */
export interface TarExport {
  bytes: AsyncIterable<Uint8Array>
  /** The reader has sent a chunk. */
  giveBack(chunk: Uint8Array): void
}

export type OpenTar = (root: Entry, options?: { signal?: AbortSignal }) => TarExport

interface OpenDirectory {
  path: string
  links: AsyncGenerator<ListedLink, void>
  held: number
}

/**
 * Files, directories and symlinks of UnixFS as a TAR archive, below the CID of the root, in stored order and without times, so that the same
 * root gives the same bytes. Throws where a block is missing, where a name would lead out of the archive or through a symlink of it, and
 * where something is not UnixFS.
 */
export function openTars(parts: TarParts): OpenTar {
  return (root, { signal } = {}) => {
    const owners = new WeakMap<Uint8Array, FileContent>()
    return { bytes: entriesOf(parts, root, owners, signal), giveBack: (chunk) => owners.get(chunk)?.giveBack(chunk) }
  }
}

async function* entriesOf({ source, content, maxEntries, maxHeld }: TarParts, root: Entry, owners: WeakMap<Uint8Array, FileContent>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const top = root.cid.toString()
  const pieces = new Pieces()
  const symlinks = new Set<string>()
  const open: OpenDirectory[] = []
  let held = 0
  let count = 0

  yield* add(root, top)
  for (let directory = open.at(-1); directory !== undefined; directory = open.at(-1)) {
    const { value: link } = await directory.links.next()
    if (link === undefined) {
      held -= open.pop()!.held
      continue
    }
    signal?.throwIfAborted()
    const path = tarPath(top, directory.path, link.name)
    assertNotThroughSymlink(path)
    yield* add(await openEntry(source, link.cid, { signal }), path)
  }
  yield* put(tarEnd)
  yield pieces.take()

  async function* add(entry: Entry, path: string): AsyncGenerator<Uint8Array> {
    if (++count > maxEntries) throw fault('DAG_LIMIT', { reason: `an archive has at most ${maxEntries} entries`, limit: maxEntries })
    const described = describe(entry, path)
    yield* put(tarHeader(described))
    if (described.kind === 'file') return yield* addContent(entry, described.size!)
    if (described.kind === 'symlink') symlinks.add(path)
    const bytes = described.kind === 'symlink' ? path.length : entry.bytes.length
    held += bytes
    if (held > maxHeld) throw fault('DAG_LIMIT', { reason: 'the directories are too large and too deep for one archive', limit: maxHeld })
    if (described.kind === 'directory') open.push({ path, links: listDirectory(source, entry, { signal }), held: bytes })
  }

  async function* addContent(entry: Entry, size: number): AsyncGenerator<Uint8Array> {
    const reader = content(entry, { signal })
    const chunks = entry.kind === 'raw' ? [entry.bytes] : reader.read({ from: 0, to: size })
    for await (const chunk of chunks) {
      if (Pieces.isLong(chunk)) {
        if (!pieces.isEmpty) yield pieces.take()
        owners.set(chunk, reader)
        yield chunk
      } else {
        yield* put(chunk)
        reader.giveBack(chunk)
      }
    }
    yield* put(tarPadding(size))
  }

  function* put(part: Uint8Array): Generator<Uint8Array> {
    if (pieces.isFull) yield pieces.take()
    pieces.add(part)
  }

  /** An archive may not have what lies in it be written to where its symlinks point: neither below one nor in its place. */
  function assertNotThroughSymlink(path: string): void {
    if (symlinks.size === 0) return
    if (symlinks.has(path)) throw behindSymlink(path)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      if (symlinks.has(path.slice(0, at))) throw behindSymlink(path)
    }
  }
}

function behindSymlink(path: string): Fault {
  return fault('INVALID_REQUEST', { reason: `"${path.slice(0, 100)}" would be written to where a symlink of the archive points` })
}

/** Bytes of where a symlink may point. */
const maxTarget = 4096

function describe({ kind, cid, size, target = '' }: Entry, path: string): TarEntry {
  if (kind === 'ipld') throw fault('UNSUPPORTED_CODEC', { reason: `${cid} is neither a file nor a directory, which alone archives have` })
  if (kind === 'directory') return { path, kind }
  if (kind !== 'symlink') return { path, kind: 'file', size }
  if (target === '' || target.includes('\0') || target.length > maxTarget) throw fault('INVALID_REQUEST', { reason: `the symlink ${cid} does not point at a path` })
  return { path, kind, target }
}
