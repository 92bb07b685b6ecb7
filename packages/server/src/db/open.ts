import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import type { Db, Note, Writer } from '../ports/db/index.ts'
import type { Log } from '../ports/log.ts'
import { isContention } from './faults.ts'
import { migrate, pendingIn } from './migrate.ts'
import { openPostgres } from './postgres/open.ts'
import { queriesIn } from './queries/index.ts'
import type { Session } from './session.ts'
import { openSqlite } from './sqlite/open.ts'
import type { Tables } from './tables.ts'

export interface DbOptions {
  /** `postgres://…`, or a path (also as `sqlite:<path>`) of an SQLite file, made where absent. */
  url?: string
  log?: Log
}

/** Times that a transaction is tried which others stood in the way of. */
const maxTries = 6

/** Opens the database; the schema is there after `migrate()`. */
export async function openDb({ url = 'data/thole.db', log }: DbOptions = {}): Promise<Db> {
  const engine = /^postgres(ql)?:\/\//.test(url) ? openPostgres(url, log) : openSqlite(url.replace(/^sqlite:/, ''))
  const { kind, notices } = engine
  const db = new Kysely<Tables>({ dialect: engine.dialect })
  const listeners = new Set<(notes: readonly Note[]) => void>()
  const tell = (notes: readonly Note[]) => listeners.forEach((listener) => listener(notes))
  const outside = queriesIn({ q: db, kind, run: (query) => db.executeQuery(query), jobEnqueued: () => notices.committed(db), noted: (note) => tell([note]) })

  let commits = 0

  async function once<T>(fn: (writer: Writer) => Promise<T>): Promise<T> {
    let enqueued = false
    const notes: Note[] = []
    let isOpen = true
    const transaction = db.transaction().setIsolationLevel('read committed')
    const result = await transaction.execute(async (q) => {
      const connection = await q.getExecutor().provideConnection(async (its) => its)
      const run: Session['run'] = (query) => {
        if (!isOpen) throw new TypeError('this transaction is over')
        return connection.executeQuery(query)
      }
      const jobEnqueued = () => void (enqueued = true)
      try {
        return await fn(queriesIn({ q, kind, run, jobEnqueued, noted: (note) => void notes.push(note) }))
      } finally {
        isOpen = false
      }
    })
    if (enqueued) notices.committed(db)
    if (notes.length > 0) tell(notes)
    return result
  }

  return {
    kind,
    get commits() {
      return commits
    },
    async read(fn) {
      const result = await fn(outside)
      await engine.unsynced()
      return result
    },
    peek: (fn) => fn(outside),
    async write(fn) {
      for (let tries = 1; ; tries++) {
        try {
          return await once(fn)
        } catch (error) {
          if (tries === maxTries || !isContention(error)) throw error
          await sleep(Math.random() * 10 * 2 ** tries)
        } finally {
          // Also after a failure: a connection that broke may have committed.
          commits++
        }
      }
    },
    async snapshot() {
      const q = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute()
      const reader = queriesIn({ q, kind, run: (query) => q.executeQuery(query), jobEnqueued() {}, noted() {} })
      return { reader, [Symbol.asyncDispose]: () => q.rollback().execute() }
    },
    migrate: () => migrate(db, kind),
    pending: () => pendingIn(db),
    onJob: notices.listen,
    ...(engine.copyTo && { copyTo: engine.copyTo }),
    onNote(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await notices.close()
      await db.destroy()
    },
  }
}
