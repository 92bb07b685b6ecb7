import type { CID } from 'multiformats/cid'
import type { Block, BlockSink } from '../block.ts'
import { DagError } from '../fault.ts'
import type { NodeLink } from '../pb/node.ts'
import { takeTurns } from '../walk/turns.ts'
import { directoryBlocks, stretch, type DirectoryRoot } from './directory-blocks.ts'
import { invalid, splitEntryPath, type PathLimits } from './entry-path.ts'
import type { Profile } from './profiles.ts'

export interface BuiltDirectory {
  cid: CID
  /** Cumulative bytes of the DAG, repeats counted. */
  tsize: number
  /** Directory blocks handed to the sink, without those of the files. */
  blocks: number
}

export interface DirectoryLimits extends PathLimits {
  /** Files and folders together; default 1,000,000. */
  maxEntries?: number
}

export interface DirectoryBuilder {
  /** `path` like `a/b/c.txt`; folders come to be as files name them. @throws DagError INVALID_REQUEST, TOO_LARGE */
  add(path: string, file: { cid: CID; tsize: number }): void
  /** Hands out the blocks of all folders, children first, the root last. */
  finish(sink: BlockSink): Promise<BuiltDirectory>
}

interface File {
  cid: CID
  tsize: number
}
type Folder = Map<string, File | Folder>

/** Collects the files of an upload into one tree of UnixFS directories. */
export function directoryBuilder(profile: Profile, options: DirectoryLimits = {}): DirectoryBuilder {
  const { maxEntries = 1_000_000 } = options
  const root: Folder = new Map()
  let entries = 0

  const put = <T extends File | Folder>(folder: Folder, name: string, entry: T): T => {
    if (++entries > maxEntries) {
      throw new DagError('TOO_LARGE', { reason: `a directory upload may have ${maxEntries} entries`, limit: maxEntries })
    }
    folder.set(name, entry)
    return entry
  }

  const add = (path: string, { cid, tsize }: File): void => {
    const names = splitEntryPath(path, options)
    const last = names.pop()!
    let folder = root
    for (const name of names) {
      const found = folder.get(name) ?? put(folder, name, new Map())
      if (!(found instanceof Map)) throw invalid(path, `"${name}" is a file already`)
      folder = found
    }
    if (folder.has(last)) throw invalid(path, 'another entry has it already')
    put(folder, last, { cid, tsize })
  }

  const finish = async (sink: BlockSink): Promise<BuiltDirectory> => {
    let blocks = 0
    const steps = folderBlocks(profile, root)
    const turn = takeTurns()
    for (;;) {
      const step = steps.next()
      if (step.done === true) return { cid: step.value.cid, tsize: step.value.tsize, blocks }
      const pause = turn()
      if (pause) await pause
      if (step.value === undefined) continue
      blocks++
      const taken = sink(step.value)
      if (taken !== undefined) await taken
    }
  }

  return { add, finish }
}

function* folderBlocks(profile: Profile, folder: Folder): Generator<Block | undefined, DirectoryRoot> {
  const links: NodeLink[] = []
  for (const [name, entry] of folder) {
    const { cid, tsize } = entry instanceof Map ? yield* folderBlocks(profile, entry) : entry
    if (links.push({ name, cid, tsize }) % stretch === 0) yield
  }
  return yield* directoryBlocks(profile, links)
}
