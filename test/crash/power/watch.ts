import { closeSync, existsSync, fstatSync, linkSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from './journal.ts'

/** Tells the journal of changes below a folder. Runs inside of the server. */
export interface Watch {
  isWatched(path: unknown): path is string
  /** A descriptor of a watched path was opened. */
  opened(fd: number, path: string, isNew: boolean): void
  closed(fd: number): void
  /** Returns what to call when the change is made. Undefined where the descriptor is none of ours. */
  write(fd: number, length: number, at: number | null): (() => void) | undefined
  cut(fd: number, to: number): (() => void) | undefined
  sync(fd: number): (() => void) | undefined
  rename(path: unknown, to: string): (() => void) | undefined
  unlink(path: unknown): (() => void) | undefined
}

interface Open {
  path: string
  ino: number
  isFolder: boolean
}

/** Files of which SQLite or the operating system take care. */
const notWatched = /\/store\.(lock|pid)(-\w+)?$/

export function watch(folder: string, journal: string): Watch {
  const log = openSync(journal, 'a')
  const graves = `${journal}.graves`
  mkdirSync(graves, { recursive: true })
  const life = `${process.pid}-${Date.now()}`
  const open = new Map<number, Open>()
  /** Where the writes that were asked for will have brought each file. */
  const ends = new Map<number, number>()
  let calls = 0

  const tell = (entry: Entry) => void writeSync(log, `${JSON.stringify(entry)}\n`)
  const newId = () => `${life}-${++calls}`
  const doneWith = (id: string) => () => tell({ is: 'done', id })
  const bury = (path: string): string => {
    const grave = join(graves, newId())
    linkSync(path, grave)
    return grave
  }
  const sizeOf = (fd: number, ino: number) => Math.max(fstatSync(fd).size, ends.get(ino) ?? 0)

  const isWatched = (path: unknown): path is string => typeof path === 'string' && path.startsWith(folder) && !notWatched.test(path)

  return {
    isWatched,

    opened(fd, path, isNew) {
      const stats = fstatSync(fd)
      open.set(fd, { path, ino: stats.ino, isFolder: stats.isDirectory() })
      if (!isNew) return
      ends.delete(stats.ino)
      const id = newId()
      tell({ is: 'new', id, path, ino: stats.ino })
      tell({ is: 'done', id })
    },

    closed: (fd) => void open.delete(fd),

    write(fd, length, at) {
      const file = open.get(fd)
      if (!file) return undefined
      const id = newId()
      const size = sizeOf(fd, file.ino)
      const from = at ?? size
      tell({ is: 'write', id, ino: file.ino, at: from, length, size, old: readOld(file.path, from, Math.min(length, size - from)) })
      ends.set(file.ino, Math.max(size, from + length))
      return doneWith(id)
    },

    cut(fd, to) {
      const file = open.get(fd)
      if (!file) return undefined
      const id = newId()
      const { size } = fstatSync(fd)
      tell({ is: 'cut', id, ino: file.ino, to, size, old: readOld(file.path, to, size - to) })
      ends.set(file.ino, to)
      return doneWith(id)
    },

    sync(fd) {
      const file = open.get(fd)
      if (!file) return undefined
      const id = newId()
      tell(file.isFolder ? { is: 'sync folder', id, path: file.path } : { is: 'sync', id, ino: file.ino })
      return doneWith(id)
    },

    rename(path, to) {
      if (!isWatched(path)) return undefined
      const id = newId()
      tell({ is: 'rename', id, path, to, grave: existsSync(to) ? bury(to) : undefined })
      return doneWith(id)
    },

    unlink(path) {
      if (!isWatched(path) || !existsSync(path)) return undefined
      const id = newId()
      tell({ is: 'unlink', id, path, grave: bury(path) })
      return doneWith(id)
    },
  }
}

function readOld(path: string, at: number, length: number): string {
  if (length <= 0) return ''
  const bytes = Buffer.alloc(length)
  const fd = openSync(path, 'r')
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at)).toString('base64')
  } finally {
    closeSync(fd)
  }
}
