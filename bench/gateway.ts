import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { client } from '../test/support/api.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { kuboProgram, startKubo } from '../test/support/kubo.ts'
import { runProgram } from '../test/support/program.ts'
import { startServer } from '../test/support/server.ts'
import type { Load } from './load.ts'
import { hasNginx, startBare, startNginx, type Peer } from './peers.ts'
import { median, rate, shareRow, type Row, type Sizes } from './row.ts'

const small = 1024
const bare = 'bare node:http'

/** The gateway, hot: 1 KiB over 16 connections and a large file to one client, as shares of what a bare node:http server does out of memory. */
export async function gateway({ file: large, seconds, rounds }: Sizes): Promise<Row[]> {
  const files = { small: randomBytes(small), large: randomBytes(large) }
  await using folder = await temporaryFolder(files)
  await using started = new AsyncDisposableStack()
  const servers: Record<string, Peer> = { thole: await startThole(files), [bare]: await startBare(small, large) }
  if (hasNginx) servers.nginx = await startNginx(folder.path)
  if (kuboProgram !== undefined) servers.kubo = await startKuboWith(folder.path)
  for (const server of Object.values(servers)) started.defer(() => server.stop())

  const requests: Record<string, number[]> = {}
  const rates: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, { urls }] of Object.entries(servers)) {
      const many = await load(urls.small, 16, seconds)
      ;(requests[name] ??= []).push(many.responses / many.seconds)
      const one = await load(urls.large, 1, seconds)
      ;(rates[name] ??= []).push(rate(one.bytes, one.seconds))
    }
  }
  return [
    shareRow({ id: 'gateway.small', unit: 'req/s', ...splitOff(requests) }, 0.2, bare),
    shareRow({ id: 'gateway.large', unit: 'MB/s', ...splitOff(rates) }, 0.4, bare),
  ]
}

function splitOff(measured: Record<string, number[]>): { value: number; beside: Record<string, number> } {
  const { thole: value, ...beside } = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]))
  return { value: value!, beside }
}

async function load(url: string, connections: number, seconds: number): Promise<Load> {
  const answer = await runProgram(process.execPath, [join(import.meta.dirname, 'load.ts'), url, String(connections), String(seconds)])
  return JSON.parse(answer.toString()) as Load
}

async function startThole(files: Record<'small' | 'large', Buffer<ArrayBuffer>>): Promise<Peer> {
  const server = await startServer()
  const api = client(server.url, await server.createKey())
  const put = async (bytes: Buffer<ArrayBuffer>) => `${server.url}/ipfs/${(await api.upload(bytes)).body.roots[0].cid}`
  return { urls: { small: await put(files.small), large: await put(files.large) }, stop: () => server.stop() }
}

async function startKuboWith(folder: string): Promise<Peer> {
  const kubo = await startKubo()
  const add = async (name: string) => `${kubo.gateway}/ipfs/${await kubo.line(['add', '-Q'], await readFile(join(folder, name)))}`
  return { urls: { small: await add('small'), large: await add('large') }, stop: () => kubo.stop() }
}
