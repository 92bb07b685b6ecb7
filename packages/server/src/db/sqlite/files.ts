import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Statements } from './statements.ts'

/** Two connections to one database file: reads never wait for the writer (WAL). */
export interface Files {
  writer: Statements
  reader: Statements
  /** A further connection that sees the data as it is when it first reads. */
  openSnapshot(): Statements
}

/** Milliseconds that SQLite itself waits, blocking the process, for the short locks of opening and recovery. */
const shortLocks = 5_000

export function openFiles(path: string): Files {
  createDurably(resolve(path))
  const writer = new DatabaseSync(path, { timeout: shortLocks })
  // FULL: each commit is synced (sqlite.org/pragma.html#pragma_synchronous; WAL with NORMAL may lose the last ones).
  // What many commits in a row write again is copied into the file once. Well below 4,062 pages: for more, the index of the log has to grow,
  // for which a full disk has no room, and then not even what frees space could be committed (sqlite.org/walformat.html#the_wal_index_file_format).
  writer.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma journal_size_limit = 67108864;
    pragma wal_autocheckpoint = 2000;
    pragma cache_size = -16384;
    pragma temp_store = memory;
  `)
  const reader = openReader(path)
  // From here on the writer waits for other processes without blocking this one (see driver.ts).
  writer.exec('pragma busy_timeout = 0')
  return {
    writer: new Statements(writer),
    reader: new Statements(reader),
    openSnapshot() {
      const connection = openReader(path)
      connection.exec('begin')
      return new Statements(connection)
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
