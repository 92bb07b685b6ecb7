import { copyFileSync, cpSync, fstatSync, mkdirSync, readFileSync, readSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nodeFiles, type SegmentFiles } from '../files.ts'

export interface LosingFiles extends SegmentFiles {
  /** Told before each call that changes something. */
  before?(call: string): void
  /** Copies the folder as the next process would find it, had the power failed now. What was not synced is lost. */
  copyLost(folder: string, to: string): void
}

/** What the medium has of a file. */
interface Kept {
  bytes: Buffer
}

/** A real folder, and beside it the books of what of it is on stable storage: bytes by `sync`, names by `syncFolder`. */
export function losingFiles(): LosingFiles {
  const byPath = new Map<string, Kept>()
  const byDescriptor = new Map<number, Kept>()
  const names = new Map<string, Map<string, Kept>>()

  const kept = (path: string) => {
    const known = byPath.get(path) ?? { bytes: readFileSync(path) }
    byPath.set(path, known)
    return known
  }
  const namesNow = (folder: string) => new Map(readdirSync(folder).map((name) => [name, kept(join(folder, name))]))
  const namesBefore = (folder: string) => {
    if (!names.has(folder)) names.set(folder, namesNow(folder))
    return names.get(folder)!
  }

  const files: LosingFiles = {
    ...nodeFiles,
    async create(path) {
      files.before?.(`create ${basename(path)}`)
      namesBefore(dirname(path))
      const fd = await nodeFiles.create(path)
      byPath.set(path, { bytes: Buffer.alloc(0) })
      byDescriptor.set(fd, byPath.get(path)!)
      return fd
    },
    async open(path) {
      const fd = await nodeFiles.open(path)
      byDescriptor.set(fd, kept(path))
      return fd
    },
    async write(fd, buffers, position) {
      files.before?.('write')
      return nodeFiles.write(fd, buffers, position)
    },
    async sync(fd) {
      files.before?.('sync')
      const bytes = Buffer.alloc(fstatSync(fd).size)
      readSync(fd, bytes, 0, bytes.length, 0)
      await nodeFiles.sync(fd)
      byDescriptor.get(fd)!.bytes = bytes
    },
    async rename(from, to) {
      files.before?.(`rename ${basename(from)}`)
      namesBefore(dirname(to))
      const moved = kept(from)
      await nodeFiles.rename(from, to)
      byPath.delete(from)
      byPath.set(to, moved)
    },
    async remove(path) {
      files.before?.(`remove ${basename(dirname(path))}/${basename(path)}`)
      // Index files are written past these books: of one that is removed, the medium has all.
      if (basename(dirname(path)) === 'index') byPath.set(path, { bytes: readFileSync(path) })
      namesBefore(dirname(path))
      names.get(dirname(path))!.set(basename(path), byPath.get(path) ?? kept(path))
      await nodeFiles.remove(path)
      byPath.delete(path)
    },
    async syncFolder(path) {
      files.before?.(`sync ${basename(path)}`)
      await nodeFiles.syncFolder(path)
      names.set(path, namesNow(path))
    },
    copyLost(folder, to) {
      mkdirSync(join(to, 'segments'), { recursive: true })
      for (const [name, { bytes }] of namesBefore(join(folder, 'segments'))) writeFileSync(join(to, 'segments', name), bytes)
      cpSync(join(folder, 'index'), join(to, 'index'), { recursive: true })
      for (const [name, { bytes }] of names.get(join(folder, 'index')) ?? []) {
        const path = join(to, 'index', name)
        if (name !== 'key' && statSync(path, { throwIfNoEntry: false }) === undefined) writeFileSync(path, bytes)
      }
    },
  }
  return files
}

/** Copies the folder as the next process would find it, had this one been killed now. */
export function copyKilled(folder: string, to: string): void {
  for (const part of ['segments', 'index']) {
    mkdirSync(join(to, part), { recursive: true })
    for (const name of readdirSync(join(folder, part))) copyFileSync(join(folder, part, name), join(to, part, name))
  }
}
