import { type BlockSource, type Entry, fileManifest, type FileManifest } from '@thole/dag'

/** Where the leaves of a file are; undefined where it is read node by node. At once where that is known. */
export type FileManifests = (file: Entry) => Promise<FileManifest | undefined> | FileManifest | undefined

/** Of a file without a manifest, and beside each one. */
const entryBytes = 200

/** Manifests of the files read last, at most `maxBytes` of them. What a CID names never changes. */
export function fileManifests(source: BlockSource, maxBytes: number): FileManifests {
  const known = new Map<string, FileManifest | undefined>()
  const coming = new Map<string, Promise<FileManifest | undefined>>()
  let bytes = 0

  const sizeOf = (manifest: FileManifest | undefined) => entryBytes + (manifest?.bytes ?? 0)

  function keep(key: string, manifest: FileManifest | undefined): void {
    known.set(key, manifest)
    bytes += sizeOf(manifest)
    for (const [oldest, { bytes: freed = 0 } = {}] of known) {
      if (bytes <= maxBytes) return
      known.delete(oldest)
      bytes -= entryBytes + freed
    }
  }

  async function make(key: string, file: Entry): Promise<FileManifest | undefined> {
    try {
      const manifest = await fileManifest(source, file)
      keep(key, manifest)
      return manifest
    } catch {
      // A node above the leaves cannot be read, which may not matter to a range beside it: who meets it tells why.
      return undefined
    } finally {
      coming.delete(key)
    }
  }

  return (file) => {
    const key = file.cid.toString()
    if (known.has(key)) {
      const manifest = known.get(key)
      // Moved to the end: the first is the one that was not used for longest.
      known.delete(key)
      known.set(key, manifest)
      return manifest
    }
    const made = coming.get(key) ?? make(key, file)
    if (!known.has(key)) coming.set(key, made)
    return made
  }
}
