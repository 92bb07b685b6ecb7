import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A TCP relay that lets only so many bytes come back from its target and then holds, until it is opened. */
export interface Valve {
  port: number
  /** Bytes that came back from the target so far. */
  passed(): number
  /** Resolves when so many bytes came back that it holds. */
  held: Promise<void>
  open(): void
  close(): Promise<void>
}

export async function startValve(targetPort: number, holdAfter: number): Promise<Valve> {
  let passed = 0
  let limit = holdAfter
  const { promise: held, resolve: tellHeld } = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (bytes) => {
      passed += bytes.length
      if (!near.write(bytes)) far.pause()
      if (passed < limit) return
      far.pause()
      tellHeld()
    })
    near.on('drain', () => {
      if (passed < limit) far.resume()
    })
    // Not through 'pipe': what comes back must stop at the limit.
    far.on('end', () => near.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    held,
    open() {
      limit = Infinity
      for (const socket of sockets) socket.resume()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
