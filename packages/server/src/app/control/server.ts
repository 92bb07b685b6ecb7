import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { toFault } from '../../kernel/faults.ts'
import type { Log } from '../../ports/log.ts'
import { makeSocketPlace } from './address.ts'
import { readRequestLine, type Request, type Work } from './report.ts'

export interface ControlParts {
  /** Its lock is held by this process. */
  dataFolder: string
  works: Readonly<Record<string, Work>>
  log: Log
}

export interface Control {
  /** Ends the works under way. */
  close(): Promise<void>
}

const maxConnections = 16
/** A path is as long as 4 KiB, and JSON makes it longer. */
const maxRequest = 32 << 10
/** Milliseconds between two reports of progress. */
const progressEvery = 200
/** Milliseconds for the request to come. */
const requestLimit = 5_000

/**
 * The operator's commands beside a running server: a unix socket for the owner of the data folder alone. One line names the work; its
 * reports come back, a JSON line each. A client that goes away ends the work.
 */
export async function openControl({ dataFolder, works, log }: ControlParts): Promise<Control> {
  const place = await makeSocketPlace(dataFolder)
  const underWay = new Map<Socket, Promise<void>>()
  const server = createServer((socket) => {
    const serving = serve(socket, works, log).finally(() => underWay.delete(socket))
    underWay.set(socket, serving)
  })
  server.maxConnections = maxConnections
  await listen(server, place.path)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      const serving = [...underWay.values()]
      for (const socket of underWay.keys()) socket.destroy()
      await Promise.all([closed, ...serving])
      await place.remove()
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  // The socket is made within `listen`, so that nobody else ever may connect.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

async function serve(socket: Socket, works: ControlParts['works'], log: Log): Promise<void> {
  const gone = new AbortController()
  socket.on('error', () => socket.destroy())
  socket.once('close', () => gone.abort())
  try {
    const { work: name, operand } = await readRequest(socket)
    const work = Object.hasOwn(works, name) ? works[name] : undefined
    if (work === undefined) return void socket.end(line({ failed: `the server does not know the command "${name}"` }))
    let told = 0
    for await (const report of work(gone.signal, operand)) {
      if (gone.signal.aborted) return
      if ('progress' in report) {
        if (performance.now() - told < progressEvery) continue
        told = performance.now()
      }
      if (!socket.write(line(report))) await once(socket, 'drain', { signal: gone.signal })
    }
    socket.end()
  } catch (error) {
    if (gone.signal.aborted || socket.destroyed) return
    const { code, message, cause } = toFault(error)
    if (code === 'INTERNAL') log.error({ error: cause }, `a command failed: ${message}`)
    socket.end(line({ failed: message }))
  }
}

/** What the client asks for. */
async function readRequest(socket: Socket): Promise<Request> {
  socket.setTimeout(requestLimit, () => socket.destroy())
  let text = ''
  socket.setEncoding('utf8')
  while (!text.includes('\n') && text.length < maxRequest) {
    const [more] = (await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => ['\n'])])) as [string]
    text += more
  }
  socket.setTimeout(0)
  return readRequestLine(text.split('\n', 1)[0]!)
}

function line(report: object): string {
  return `${JSON.stringify(report)}\n`
}
