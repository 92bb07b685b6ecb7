import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../block.ts'
import { codecs, identityBytes } from '../cid/codecs.ts'
import { namingBlock } from '../links.ts'
import { scanNode } from '../pb/node.ts'
import { decodeUnixfs, unixfsType, type UnixfsData } from '../pb/unixfs-data.ts'

/** `raw`: a raw block, a file to most readers; `ipld`: anything that is neither raw nor UnixFS. */
export type EntryKind = 'file' | 'directory' | 'symlink' | 'raw' | 'ipld'

export interface Entry {
  kind: EntryKind
  cid: CID
  /** Bytes of the root block. */
  bytes: Uint8Array
  /** Content bytes of a file or raw block. */
  size?: number
  /** Where a symlink points. */
  target?: string
}

export interface GetOptions {
  signal?: AbortSignal
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads a root block and says what it is. @throws what the source throws; DagError INVALID_REQUEST */
export async function openEntry(source: BlockSource, cid: CID, options: GetOptions = {}): Promise<Entry> {
  return describeEntry(cid, await getBytes(source, cid, options))
}

/** @throws DagError INVALID_REQUEST when the bytes are not dag-pb though the CID says so */
function describeEntry(cid: CID, bytes: Uint8Array): Entry {
  if (cid.code === codecs.raw) return { kind: 'raw', cid, bytes, size: bytes.length }
  const unixfs = cid.code === codecs.dagPb ? readUnixfs(cid, bytes) : undefined
  if (unixfs === undefined) return { kind: 'ipld', cid, bytes }
  switch (unixfs.type) {
    case unixfsType.directory:
    case unixfsType.shard:
      return { kind: 'directory', cid, bytes }
    case unixfsType.symlink:
      return { kind: 'symlink', cid, bytes, target: utf8.decode(unixfs.data ?? new Uint8Array()) }
    case unixfsType.metadata:
      return { kind: 'ipld', cid, bytes }
    default:
      return { kind: 'file', cid, bytes, size: unixfs.fileSize ?? unixfs.data?.length ?? 0 }
  }
}

/** The bytes of a block, from the CID itself where it carries them. */
export async function getBytes(source: BlockSource, cid: CID, options: GetOptions): Promise<Uint8Array> {
  options.signal?.throwIfAborted()
  return identityBytes(cid) ?? source.get(cid, options)
}

/** undefined when a dag-pb node has data that is not UnixFS, as older formats may. */
function readUnixfs(cid: CID, bytes: Uint8Array): UnixfsData | undefined {
  const data = namingBlock(cid, () => scanNode(bytes))
  if (data === undefined) return undefined
  try {
    return decodeUnixfs(data)
  } catch {
    return undefined
  }
}
