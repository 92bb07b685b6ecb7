import pg from 'pg'
import type { Log } from '../../ports/log.ts'
import { connectionOf } from './pool.ts'

export const channel = 'thole_job'

/** Milliseconds between two tries to connect. */
const firstPause = 250
const lastPause = 15_000

/**
 * Calls `heard` on every notification of the channel, over a connection of its own that is made anew when it breaks; also once
 * after each connect, for what was missed meanwhile. Returns how to stop.
 */
export function listen(url: string, heard: () => void, log: Log | undefined): () => Promise<void> {
  let stopped = false
  let pause = firstPause
  let timer: NodeJS.Timeout | undefined
  let client: pg.Client | undefined
  let connecting = connect()

  async function connect(): Promise<void> {
    const fresh = new pg.Client(connectionOf(url))
    client = fresh
    fresh.on('notification', heard)
    // 'end' follows every 'error' of an open connection, so that one place decides about the next try.
    fresh.on('error', (error) => log?.warn({ error }, 'the connection that listens to the database broke'))
    try {
      await fresh.connect()
      await fresh.query(`listen ${channel}`)
      fresh.once('end', retry)
      pause = firstPause
      heard()
    } catch (error) {
      log?.warn({ error }, 'cannot listen to the database')
      await fresh.end().catch(() => undefined)
      retry()
    }
  }

  function retry(): void {
    if (stopped) return
    timer = setTimeout(() => (connecting = connect()), pause * (0.5 + Math.random()))
    pause = Math.min(pause * 2, lastPause)
  }

  return async () => {
    stopped = true
    clearTimeout(timer)
    await connecting
    await client?.end()
  }
}
