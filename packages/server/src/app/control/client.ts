import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fault } from '../../kernel/faults.ts'
import { socketPath } from './address.ts'
import { requestLine, type Report } from './report.ts'

/** The reports of a work that the running server of this data folder does; undefined where no server runs. */
export async function askServer(dataFolder: string, work: string, operand = ''): Promise<AsyncIterable<Report> | undefined> {
  const socket = connect(await socketPath(dataFolder))
  try {
    await once(socket, 'connect')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw fault('CONFLICT', { reason: `the server's socket cannot be used (${String(code)}); only the owner of the data folder may` }, { cause: error })
  }
  socket.write(`${requestLine({ work, operand })}\n`)
  return reports(socket)
}

async function* reports(socket: Socket): AsyncGenerator<Report> {
  socket.on('error', () => socket.destroy())
  try {
    for await (const text of createInterface({ input: socket, crlfDelay: Infinity })) {
      const report = JSON.parse(text) as Report | { failed: string }
      if ('failed' in report) throw new Error(report.failed)
      yield report
      if ('exit' in report) return
    }
    throw fault('UPSTREAM_FAILED', { reason: 'the server went away before it was done' })
  } finally {
    socket.destroy()
  }
}
