import type { Db, KeyRow } from '../../ports/db/index.ts'

/** Milliseconds between two writes of when one key was used. */
const every = 60_000
/** What is used within so many milliseconds is written together. */
const gather = 1_000

export interface LastUses {
  /** The key is used now. Nobody waits for it to be written. */
  note(key: KeyRow, now: number): void
  /** Writes what is left. */
  close(): Promise<void>
}

/** When keys were used last, to the minute. A database that is away costs a note, not a request. */
export function noteLastUses(db: Db): LastUses {
  let uses = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    timer = undefined
    const batch = uses
    uses = new Map()
    if (batch.size > 0) await db.write((w) => w.keys.touch(batch)).catch(() => undefined)
  }

  return {
    note({ id, lastUsed = 0 }, now) {
      if (now - lastUsed <= every) return
      uses.set(id, now)
      timer ??= setTimeout(() => (writing = write()), gather).unref()
    },
    async close() {
      clearTimeout(timer)
      await writing
      await write()
    },
  }
}
