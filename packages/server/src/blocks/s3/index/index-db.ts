import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Db } from '../../../ports/db/index.ts'

/** The part of the database that has the index. */
export type IndexDb = Pick<Db, 'read' | 'write'>

/** SQLite answers at once, so that a loop of questions would never let anybody else run. */
export function inTurns(db: Db): IndexDb {
  const after = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    await nextTurn()
    return result
  }
  return { read: (fn) => after(db.read(fn)), write: (fn) => after(db.write(fn)) }
}
