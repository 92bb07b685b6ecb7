import type { DatabaseSync } from 'node:sqlite'
import type { Notices } from '../engine.ts'
import { gathered } from '../gathered.ts'

/** Milliseconds between two looks whether another process has written. */
const lookEvery = 500

/** This process hears at once; what others wrote is seen by `data_version` (sqlite.org/pragma.html#pragma_data_version), a look into memory. */
export function sqliteNotices(connection: DatabaseSync): Notices {
  const listeners = new Set<() => void>()
  const telling = gathered(() => listeners.forEach((listener) => listener()))
  const query = connection.prepare('pragma data_version')
  const version = () => query.get()?.data_version
  let known = version()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const now = version()
    if (now === known) return
    known = now
    telling.ask()
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    committed: telling.ask,
    listen(listener) {
      const own = () => listener()
      listeners.add(own)
      timer ??= setInterval(look, lookEvery).unref()
      return () => {
        listeners.delete(own)
        if (listeners.size === 0) stop()
      }
    },
    async close() {
      listeners.clear()
      telling.stop()
      stop()
    },
  }
}
