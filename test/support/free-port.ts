import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the system hands out by itself (from 32,768 on), so that no connection takes it before the program that it is for. */
const [lowest, count] = [20_000, 12_000] as const

/** A port of 127.0.0.1 that nobody listens on now, for a program that has to be told one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count)
    const probe = createServer()
    const isFree = once(probe.listen(port, '127.0.0.1'), 'listening').then(() => true, () => false)
    if (!(await isFree)) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}
