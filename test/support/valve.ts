import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP relay that lets only so many bytes come back from its target and then holds, until it is told to let through more. */
export interface Valve {
  port: number
  /** Bytes that came back from the target so far. */
  passed(): number
  /** Lets through more, and resolves when those came and it holds again. */
  letThrough(bytes: number): Promise<void>
  close(): Promise<void>
}

export async function startValve(targetPort: number): Promise<Valve> {
  let passed = 0
  let limit = 0
  let tellHeld = () => {}
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
      if (!near.write(bytes) || passed >= limit) far.pause()
      if (passed >= limit) tellHeld()
    })
    near.on('drain', () => {
      if (passed < limit) far.resume()
    })
    far.on('end', () => near.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    letThrough(bytes) {
      limit = passed + bytes
      for (const socket of sockets) socket.resume()
      return new Promise((resolve) => (tellHeld = resolve))
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
