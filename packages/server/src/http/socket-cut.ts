import type { Socket } from 'node:net'

/** What Node knows of a connection and tells nobody: bytes handed to the event loop, and those of them that the system has not taken. */
interface Handle {
  bytesWritten: number
  writeQueueSize: number
}

const listeners = new WeakMap<Socket, (() => void) | undefined>()

/** Calls this right before the connection is closed, whoever closes it, while it can still be asked. The last one given is called, if any. */
export function onCut(socket: Socket, then: (() => void) | undefined): void {
  const isWatched = listeners.has(socket)
  listeners.set(socket, then)
  if (isWatched) return
  // An event comes too late: by then nobody knows any more what the system had taken.
  const destroy = socket._destroy
  socket._destroy = (error, done) => {
    listeners.get(socket)?.()
    destroy.call(socket, error, done)
  }
}

/** Bytes that were written to an open connection and that the system has not taken yet. */
export function unsentOf(socket: Socket): number {
  const handle = (socket as Socket & { _handle?: Handle | null })._handle
  return handle ? socket.bytesWritten - handle.bytesWritten + handle.writeQueueSize : 0
}
