import { randomBytes } from 'node:crypto'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../test/support/folder.ts'
import { kuboProgram, startKubo } from '../test/support/kubo.ts'
import { startServer } from '../test/support/server.ts'
import { newBytes, newFiles } from './bytes.ts'
import { carType, directoryCar } from './cars.ts'
import { hasNginx, startBare, startNginx } from './peers.ts'
import { fileBody, secondsToSend } from './send.ts'
import type { Sizes } from './sizes.ts'

/** `chunks` is `large` as dag-pb leaves of 256 KiB, `byte` one byte in the middle of `huge`, `car` is `large` as CAR; `list` and `child` are of a sharded directory. */
export type Name = 'small' | 'mib' | 'large' | 'chunks' | 'huge' | 'byte' | 'car' | 'list' | 'child'

/** A server that has the files. */
export interface Served {
  pid: number
  places: Partial<Record<Name, string>>
}

export const bare = 'bare node:http'

interface Files {
  folder: string
  lengths: Record<'small' | 'mib' | 'large' | 'huge', number>
  /** A CAR in that folder, its root, and the name of an entry. */
  directory: { root: string; bytes: number; child: string }
}

/** Everything that serves the same files, warm. */
export async function startServed(started: AsyncDisposableStack, sizes: Sizes): Promise<Partial<Record<string, Served>>> {
  const { path: folder } = started.use(await temporaryFolder({ small: randomBytes(1024) }))
  const lengths = { small: 1024, mib: 2 ** 20, large: sizes.file, huge: sizes.large }
  for (const name of ['mib', 'large', 'huge'] as const) await writeNew(join(folder, name), lengths[name])
  const { root, bytes } = await directoryCar(newFiles(sizes.files))
  await writeFile(join(folder, 'directory'), bytes)
  const [[child]] = [...newFiles(1)] as [[string, Uint8Array]]
  const files: Files = { folder, lengths, directory: { root: root.toString(), bytes: bytes.length, child } }
  return {
    thole: await serveThole(started, files),
    [bare]: await serveBare(started, files),
    ...(hasNginx && { nginx: await serveNginx(started, files) }),
    ...(kuboProgram && { kubo: await serveKubo(started, files) }),
  }
}

async function writeNew(file: string, length: number): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of newBytes(length)) await handle.write(piece)
}

async function serveThole(started: AsyncDisposableStack, { folder, lengths, directory }: Files): Promise<Served> {
  const server = started.adopt(await startServer(), (it) => it.stop())
  const headers = { authorization: `Bearer ${await server.createKey()}` }
  const put = async (name: string, length: number, { type = 'application/octet-stream', profile = 'unixfs-v1-2025' } = {}) => {
    await secondsToSend(`${server.url}/api/v1/uploads?name=${name}-${profile}&profile=${profile}`, fileBody(type, join(folder, name), length), headers)
    const { uploads } = (await (await fetch(`${server.url}/api/v1/uploads?limit=1`, { headers })).json()) as { uploads: { roots: { cid: string }[] }[] }
    return `${server.url}/ipfs/${uploads[0]!.roots[0]!.cid}`
  }
  const root = await put('directory', directory.bytes, { type: carType })
  const chunks = await put('large', lengths.large, { profile: 'unixfs-v0-2015' })
  const [small, mib, large, huge] = [await put('small', lengths.small), await put('mib', lengths.mib), await put('large', lengths.large), await put('huge', lengths.huge)]
  return { pid: server.pid, places: { small, mib, large, huge, byte: huge, chunks, car: `${large}?format=car`, list: `${root}/`, child: `${root}/${directory.child}` } }
}

async function serveBare(started: AsyncDisposableStack, { lengths: { small, mib, large } }: Files): Promise<Served> {
  const { url, pid } = started.adopt(await startBare({ small, mib, large, byte: 1 }), (it) => it.stop())
  return { pid, places: { small: `${url}/small`, mib: `${url}/mib`, large: `${url}/large`, chunks: `${url}/large`, byte: `${url}/byte` } }
}

async function serveNginx(started: AsyncDisposableStack, { folder }: Files): Promise<Served> {
  const { url, pid } = started.adopt(await startNginx(folder), (it) => it.stop())
  return { pid, places: { small: `${url}/small`, mib: `${url}/mib`, large: `${url}/large`, huge: `${url}/huge`, byte: `${url}/huge`, chunks: `${url}/large` } }
}

async function serveKubo(started: AsyncDisposableStack, { folder, directory }: Files): Promise<Served> {
  const kubo = started.adopt(await startKubo(), (it) => it.stop())
  const add = async (name: string, ...options: string[]) => `${kubo.gateway}/ipfs/${await kubo.line(['add', '-Q', ...options, join(folder, name)])}`
  const chunks = await add('large', '--chunker=size-262144', '--raw-leaves=false', '--cid-version=0')
  await kubo.line(['dag', 'import', '--stats=false', join(folder, 'directory')])
  const root = `${kubo.gateway}/ipfs/${directory.root}`
  const [small, mib, large, huge] = [await add('small'), await add('mib'), await add('large'), await add('huge')]
  return { pid: kubo.pid, places: { small, mib, large, huge, byte: huge, chunks, car: `${large}?format=car`, list: `${root}/`, child: `${root}/${directory.child}` } }
}
