import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { clientsFolder } from './pinning-clients.ts'

/** Stoplight's Prism in front of this server: it holds each answer against the specification. */
export interface Prism {
  url: string
  /** How our answers broke the specification since this was asked last. */
  violations(): unknown[]
  stop(): Promise<void>
}

interface Violation {
  location: string[]
}

/** Clients talk to a relay that hands on to Prism and reads what Prism found, since they do not show the headers of an answer. */
export async function startPrism(target: string): Promise<Prism> {
  const port = await freePort()
  const program = join(clientsFolder, 'node_modules/@stoplight/prism-cli/dist/index.js')
  const specification = join(clientsFolder, 'node_modules/mock-ipfs-pinning-service/api/oas-doc.yaml')
  const child = spawn(process.execPath, [program, 'proxy', specification, target, '--host=127.0.0.1', `--port=${port}`], { cwd: clientsFolder, stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (written = (written + text.toString()).slice(-10_000)))
  const exited = once(child, 'exit')
  const end = Date.now() + 60_000
  while (!written.includes('Prism is listening')) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`Prism did not start:\n${written}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  let found: Violation[] = []
  const relay = createHttpServer(({ url, method, headers }, outgoing) => outgoing.req.pipe(
    request({ host: '127.0.0.1', port, path: url, method, headers }, (answer) => {
      found.push(...(JSON.parse(String(answer.headers['sl-violations'] ?? '[]')) as Violation[]))
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    }).once('error', (error) => outgoing.destroy(error)),
  )).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    violations() {
      const ours = found.filter(({ location }) => location[0] === 'response')
      found = []
      return ours
    },
    async stop() {
      relay.close()
      relay.closeAllConnections()
      child.kill('SIGKILL')
      await exited
    },
  }
}
