import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buildFile, codecs, fileManifest, matches, openEntry, parseCid, profiles, verifyBlock, type BlockSource, type FileManifest } from '@thole/dag'
import { TholeError } from '../../errors.ts'
import type { Connection } from '../../http/connection.ts'

/** Bytes of a block; gateways give no larger ones. */
const maxLeaf = 4 << 20

/**
 * How many bytes at the beginning of a file on the disk are those of the CID: what an earlier run had fetched. Each leaf of the file is hashed,
 * since nobody knows what became of the disk meanwhile.
 */
export async function keptBytes(connection: Connection, cidText: string, file: FileHandle, signal: AbortSignal): Promise<number> {
  const { size } = await file.stat()
  if (size === 0) return 0
  const cid = parseCid(cidText)
  if (cid.code === codecs.raw) return size <= maxLeaf && matches(cid, await readExactly(file, 0, size)) ? size : 0
  const source = singleBlocks(connection, signal)
  const manifest = await fileManifest(source, await openEntry(source, cid, { signal }), { signal })
  return manifest ? firstWrong(manifest, file, size, signal) : 0
}

async function firstWrong(manifest: FileManifest, file: FileHandle, size: number, signal: AbortSignal): Promise<number> {
  for (let leaf = 0; leaf < manifest.count; leaf++) {
    const [start, end] = [manifest.start(leaf), manifest.start(leaf + 1)]
    signal.throwIfAborted()
    if (end > size || end - start > maxLeaf || !(await isLeaf(manifest, leaf, await readExactly(file, start, end - start)))) return start
  }
  return manifest.size
}

async function isLeaf(manifest: FileManifest, leaf: number, bytes: Uint8Array): Promise<boolean> {
  const cid = manifest.cid(leaf)
  if (cid.code === codecs.raw) return matches(cid, bytes)
  // A file of one chunk is its leaf.
  const whole = { ...profiles['unixfs-v0-2015'], chunkBytes: Math.max(1, bytes.length) }
  const built = await buildFile(Readable.from([bytes]), whole, () => {})
  return Buffer.compare(built.cid.multihash.bytes, manifest.multihash(leaf)) === 0
}

/** The few nodes above the leaves, one at a time. */
function singleBlocks(connection: Connection, signal: AbortSignal): BlockSource {
  return {
    async get(cid) {
      const answer = await connection.send(`ipfs/${cid}`, { query: { format: 'raw' }, accept: 'application/vnd.ipld.raw', signal })
      if (Number(answer.headers.get('content-length') ?? Infinity) > maxLeaf) throw new TholeError('BAD_ANSWER', `the gateway does not give block ${cid} alone`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      verifyBlock({ cid, bytes })
      return bytes
    },
  }
}

async function readExactly(file: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, from + at)
    if (bytesRead === 0) return bytes.subarray(0, at)
    at += bytesRead
  }
  return bytes
}
