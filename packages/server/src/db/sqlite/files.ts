import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { LogSync } from './log-sync.ts'
import { Statements } from './statements.ts'

/** Two connections to one database file: reads never wait for the writer (WAL). */
export interface Files {
  writer: Statements
  reader: Statements
  /** The log that both share. */
  log: LogSync
  readonly path: string
  /** A further connection that sees the data as it is when it first reads. */
  openSnapshot(): Statements
  /** Writes the data as it is now into a new file. */
  copyTo(file: string): Promise<void>
  close(): void
}

/** Milliseconds that SQLite itself waits, blocking the process, for the short locks of opening and recovery. */
const shortLocks = 5_000
/** In one step, on a thread of its own: between two steps a write would make it begin again (sqlite.org/c3ref/backup_finish.html). */
const allPages = 2 ** 31 - 1

export function openFiles(path: string): Files {
  createDurably(resolve(path))
  const writer = new DatabaseSync(path, { timeout: shortLocks })
  // Commits are synced by `LogSync`, and copied into the file by `Checkpoints`. The first look makes the log.
  writer.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma foreign_keys = on;
    pragma journal_size_limit = 67108864;
    pragma wal_autocheckpoint = 0;
    pragma cache_size = -16384;
    pragma temp_store = memory;
    select 1 from sqlite_schema;
  `)
  const log = new LogSync(`${path}-wal`)
  sync(dirname(resolve(path)))
  const reader = openReader(path)
  // From here on the writer waits for other processes without blocking this one (see driver.ts).
  writer.exec('pragma busy_timeout = 0')
  return {
    writer: new Statements(writer),
    reader: new Statements(reader),
    log,
    path,
    openSnapshot() {
      const connection = openReader(path)
      connection.exec('begin')
      return new Statements(connection)
    },
    async copyTo(file) {
      const connection = openReader(path)
      try {
        await backup(connection, file, { rate: allPages })
      } finally {
        connection.close()
      }
    },
    close() {
      reader.close()
      writer.close()
      log.close()
    },
  }
}

function openReader(path: string): DatabaseSync {
  const reader = new DatabaseSync(path, { readOnly: true, timeout: shortLocks })
  reader.exec('pragma cache_size = -16384; pragma temp_store = memory;')
  return reader
}

/** The file is for its owner alone, and so are SQLite's files beside it; its folder entry survives a power cut. */
function createDurably(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
  sync(folder)
  sync(dirname(folder))
}

function sync(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
