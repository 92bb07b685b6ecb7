import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runProgram } from './program.ts'

/** Where other people's pinning clients are: an npm project of its own, which only these tests install. */
export const clientsFolder = join(import.meta.dirname, '../pinning-clients')

/** Why suites with other people's clients are skipped, or undefined where they run. In CI they are never skipped. */
export const noClients = await install()

/** A program of that folder, which hands on what it needs of theirs; the caller says what that looks like. */
export async function clientModule<T>(file: 'helia.mjs' | 'pinning-service-client.mjs'): Promise<T> {
  return (await import(pathToFileURL(join(clientsFolder, file)).href)) as T
}

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

/** Installs what the lockfile names, once, without running anybody's scripts. */
async function install(): Promise<string | undefined> {
  const stampFile = join(clientsFolder, 'node_modules/.thole-stamp')
  const stamp = createHash('sha256').update(readFileSync(join(clientsFolder, 'package-lock.json'))).digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined
  try {
    await runProgram('npm', ['ci', '--ignore-scripts', '--loglevel=error', `--prefix=${clientsFolder}`])
    writeFileSync(stampFile, stamp)
    return undefined
  } catch (error) {
    const reason = `what test/pinning-clients needs could not be installed: ${String(error).trim().slice(-300)}`
    if (process.env.CI) throw new Error(reason)
    return reason
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
