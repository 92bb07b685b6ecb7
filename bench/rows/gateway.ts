import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../test/support/folder.ts'
import { kuboProgram, startKubo } from '../../test/support/kubo.ts'
import { startServer } from '../../test/support/server.ts'
import { newBytes } from '../bytes.ts'
import { byteRate, requestRate } from '../load.ts'
import { inTurn } from '../measure.ts'
import { hasNginx, startBare, startNginx } from '../peers.ts'
import type { Wish } from '../programs/load.ts'
import { shareRow, type Row, type Unit } from '../row.ts'
import { fileBody, secondsToSend } from '../send.ts'
import type { Sizes } from '../sizes.ts'

const smallBytes = 1024
const bare = 'bare node:http'
const names = ['small', 'large', 'chunks', 'huge'] as const

/** Where a server has each file. `chunks` is `large` as dag-pb leaves of 256 KiB. */
type Places = Record<(typeof names)[number], string>

/** The gateway, hot, as shares of what a bare node:http server does out of memory. */
export async function gateway({ file: largeBytes, large: hugeBytes, seconds, rounds }: Sizes): Promise<Row[]> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder({ small: randomBytes(smallBytes) }))
  await writeNew(join(folder.path, 'large'), largeBytes)
  await writeNew(join(folder.path, 'huge'), hugeBytes)
  const servers: Record<string, Places> = {
    thole: await startThole(started, folder.path, { small: smallBytes, large: largeBytes, huge: hugeBytes }),
    [bare]: await placesOfBare(started, { small: smallBytes, large: largeBytes, chunks: largeBytes, huge: 1 }),
  }
  if (hasNginx) servers.nginx = await placesOfNginx(started, folder.path)
  if (kuboProgram) servers.kubo = await placesOfKubo(started, folder.path)

  const compare = async (id: string, unit: Unit, file: keyof Places, goal: number, measure: (wish: Wish) => Promise<number>, wish: Partial<Wish>): Promise<Row> => {
    const measures = Object.entries(servers).map(([name, places]) => [name, () => measure({ url: places[file], connections: 1, seconds, ...wish })])
    const { thole, ...beside } = (await inTurn(rounds, Object.fromEntries(measures))) as Record<string, number>
    return shareRow({ id, value: thole!, unit, beside }, goal, bare)
  }
  const middle = Math.floor(hugeBytes / 2)
  return [
    await compare('gateway.small', 'req/s', 'small', 0.2, requestRate, { connections: 16 }),
    await compare('gateway.large', 'MB/s', 'large', 0.4, byteRate, {}),
    await compare('gateway.chunks', 'MB/s', 'chunks', 0.4, byteRate, {}),
    await compare('gateway.byte', 'req/s', 'huge', 0.15, requestRate, { connections: 4, headers: { range: `bytes=${middle}-${middle}` } }),
  ]
}

async function writeNew(file: string, length: number): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of newBytes(length)) await handle.write(piece)
}

async function startThole(started: AsyncDisposableStack, folder: string, lengths: Record<'small' | 'large' | 'huge', number>): Promise<Places> {
  const server = started.adopt(await startServer(), (it) => it.stop())
  const headers = { authorization: `Bearer ${await server.createKey()}` }
  const put = async (name: keyof typeof lengths, profile = 'unixfs-v1-2025') => {
    const url = `${server.url}/api/v1/uploads?name=${name}-${profile}&profile=${profile}`
    await secondsToSend(url, fileBody('application/octet-stream', join(folder, name), lengths[name]), headers)
    const { uploads } = (await (await fetch(`${server.url}/api/v1/uploads?limit=1`, { headers })).json()) as { uploads: { roots: { cid: string }[] }[] }
    return `${server.url}/ipfs/${uploads[0]!.roots[0]!.cid}`
  }
  return { small: await put('small'), large: await put('large'), chunks: await put('large', 'unixfs-v0-2015'), huge: await put('huge') }
}

async function placesOfBare(started: AsyncDisposableStack, lengths: Record<keyof Places, number>): Promise<Places> {
  const { url } = started.adopt(await startBare(lengths), (it) => it.stop())
  return Object.fromEntries(names.map((name) => [name, `${url}/${name}`])) as Places
}

async function placesOfNginx(started: AsyncDisposableStack, folder: string): Promise<Places> {
  const { url } = started.adopt(await startNginx(folder), (it) => it.stop())
  return { small: `${url}/small`, large: `${url}/large`, chunks: `${url}/large`, huge: `${url}/huge` }
}

async function placesOfKubo(started: AsyncDisposableStack, folder: string): Promise<Places> {
  const kubo = started.adopt(await startKubo(), (it) => it.stop())
  const add = async (name: string, ...options: string[]) => `${kubo.gateway}/ipfs/${await kubo.line(['add', '-Q', ...options, join(folder, name)])}`
  const chunks = await add('large', '--chunker=size-262144', '--raw-leaves=false', '--cid-version=0')
  return { small: await add('small'), large: await add('large'), chunks, huge: await add('huge') }
}
