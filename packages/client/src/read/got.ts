import { codecs, decodeValue, listDirectory, openEntry, type BlockSource, type Entry } from '@thole/dag/light'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import { toPlain } from '../objects/links.ts'
import { carSource } from './car-source.ts'
import { fileOf } from './file.ts'
import type { Got, GotDirectory, GotFile, GotObject, GotSymlink, WalkedFile } from './types.ts'

export function gotOf(connection: Connection, { entry, remainder }: { entry: Entry; remainder: readonly string[] }): Got {
  if (entry.kind === 'directory') return directoryOf(connection, entry)
  return leafOf(connection, entry, remainder)
}

function leafOf(connection: Connection, entry: Entry, remainder: readonly string[] = [], source?: BlockSource): GotFile | GotSymlink | GotObject {
  const cid = entry.cid.toString()
  if (entry.kind === 'symlink') return { kind: 'symlink', cid, target: entry.target! }
  if (entry.kind === 'ipld') return { kind: 'object', cid, value: valueOf(entry, remainder) }
  return fileOf(connection, entry, source)
}

function valueOf({ cid, bytes }: Entry, remainder: readonly string[]): unknown {
  if (cid.code !== codecs.dagCbor && cid.code !== codecs.dagJson) return bytes
  let value = decodeValue(cid, bytes)
  for (const key of remainder) value = (value as Record<string, unknown>)[key]
  return toPlain(value)
}

function directoryOf(connection: Connection, entry: Entry): GotDirectory {
  const path = `ipfs/${entry.cid}`
  return {
    kind: 'directory',
    cid: entry.cid.toString(),
    async *entries({ signal } = {}) {
      const source = carSource(connection, { path, scope: 'entity' }, { retries: connection.retries, signal })
      try {
        for await (const { name, cid, tsize } of listDirectory(source, entry, { signal })) yield { name, cid: cid.toString(), size: tsize }
      } catch (error) {
        throw asTholeError(error)
      } finally {
        await source.close()
      }
    },
    async *files({ signal } = {}) {
      const source = carSource(connection, { path, scope: 'all' }, { retries: connection.retries, signal })
      try {
        // The stream begins with the directory itself.
        yield* below(connection, source, await openEntry(source, entry.cid, { signal }), '', signal)
      } catch (error) {
        throw asTholeError(error)
      } finally {
        await source.close()
      }
    },
  }
}

const maxDepth = 256

async function* below(connection: Connection, source: BlockSource, directory: Entry, path: string, signal: AbortSignal | undefined, depth = 0): AsyncGenerator<WalkedFile, void> {
  if (depth > maxDepth) throw new TholeError('DAG_LIMIT', `folders are nested deeper than ${maxDepth}`)
  for await (const { name, cid } of listDirectory(source, directory, { signal })) {
    const entry = await openEntry(source, cid, { signal })
    const at = path === '' ? name : `${path}/${name}`
    if (entry.kind === 'directory') yield* below(connection, source, entry, at, signal, depth + 1)
    else yield { path: at, ...leafOf(connection, entry, [], source) }
  }
}
