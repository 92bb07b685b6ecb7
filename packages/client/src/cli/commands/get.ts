import { mkdir, rename } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseCid } from '@thole/dag'
import { connect, type Connection } from '../../http/connection.ts'
import { get as find } from '../../read/get.ts'
import type { Got, GotDirectory, GotObject, WalkedFile } from '../../read/types.ts'
import { exitCodes, type Call, type Command } from '../command.ts'
import { readAccess } from '../credentials.ts'
import { exists } from '../files/exists.ts'
import { dagBlocks } from '../files/dag-blocks.ts'
import { safePath } from '../files/safe-path.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import { carPieces, writeCar } from '../files/write-car.ts'
import { writeGotFile, writeWhole, type WriteOptions } from '../files/write-file.ts'
import { readCid } from '../read-cid.ts'
import { UsageError } from '../usage-error.ts'
import type { Written } from '../surroundings.ts'
import { bytesInWords, count } from '../words.ts'

export const get: Command = {
  name: 'get',
  summary: 'fetches a file or a folder, and checks every block',
  takes: 'CID[/PATH]',
  arguments: { least: 1, most: 1 },
  options: {
    output: { short: 'o', value: 'PATH', help: 'where to; "-" is standard output. Default: the last name of the path, or the CID' },
    car: { help: 'all blocks below it as a CARv1; default name CID.car' },
  },
  description: `Fetches what a CID, or a path below it, leads to. Every block is checked against its CID, so that neither the server nor anybody between can give something else.
It is written beside its place, as PATH.CID.part, and put there when it is whole. After an interruption the same command checks what is there and goes on. What exists already is not written over.
Symbolic links are passed over, and data in dag-cbor and dag-json is written as JSON. No key is needed.`,
  examples: [
    ['thole get bafybei…/photo.jpg', 'Fetches one file of a folder'],
    ['thole get -o site bafybei…', 'Fetches a folder'],
    ['thole get -o - bafybei… | tar x', 'Hands it to another program'],
    ['thole get --car bafybei…', 'Keeps the blocks as they are, for any IPFS program'],
  ],
  async run(call) {
    const path = readPath(call.positionals[0]!)
    const connection = connect(await readAccess(call.surroundings, call.option('url')))
    const isCar = call.has('car')
    const output = call.option('output') ?? (isCar ? `${basename(path)}.car` : basename(path))
    if (output !== '-' && (await exists(output))) throw new UsageError(`${output} exists already; name another place with --output.`)
    if (isCar) return saveCar(connection, path, output, call)
    const found = await find(connection, path, { signal: call.signal })
    if (output === '-') return print(found, call)
    return save(found, output, connection, call)
  },
}

function readPath(typed: string): string {
  const [cid, ...names] = typed.replace(/^(ipfs:\/\/|\/ipfs\/)/, '').replace(/\/+$/, '').split('/')
  readCid(cid!)
  return [cid, ...names].join('/')
}

async function save(found: Got, output: string, connection: Connection, { say, signal }: Call): Promise<number> {
  const part = `${output}.${found.cid}.part`
  let bytes = 0
  const total = found.kind === 'file' ? found.size : undefined
  const options: WriteOptions = { connection, signal, onBytes: (count) => say.progress({ of: 'fetching', done: (bytes += count), total, unit: 'bytes' }) }
  const passedOver: string[] = []
  if (found.kind === 'file') await writeGotFile(part, found, options)
  else if (found.kind === 'directory') passedOver.push(...(await saveFolder(found, part, options)))
  else if (found.kind === 'object') await writeWhole(part, contentOf(found))
  else throw new UsageError(`It is a symbolic link to ${JSON.stringify(found.target)}.`)
  await rename(part, output)
  for (const words of passedOver) say.note(words)
  say.result({ path: output, cid: found.cid, kind: found.kind, bytes, passedOver }, output)
  if (!say.isJson) say.note(`${bytesInWords(bytes)}, every block checked`)
  return exitCodes.ok
}

async function saveCar(connection: Connection, path: string, output: string, { say, signal, surroundings: { stdout } }: Call): Promise<number> {
  const root = parseCid(path.includes('/') ? (await find(connection, path, { signal })).cid : path)
  if (output === '-') {
    for await (const piece of carPieces(root, dagBlocks(connection, root, { signal }))) await writeOut(stdout, piece)
    return exitCodes.ok
  }
  const part = `${output}.${root}.part`
  let done = 0
  const { bytes, blocks } = await writeCar(part, root, { connection, signal, onBytes: (count) => say.progress({ of: 'fetching', done: (done += count), unit: 'bytes' }) })
  await rename(part, output)
  say.result({ path: output, cid: root.toString(), kind: 'car', bytes, blocks }, output)
  if (!say.isJson) say.note(`${count(blocks, 'block')}, ${bytesInWords(bytes)}, every block checked`)
  return exitCodes.ok
}

async function saveFolder(directory: GotDirectory, folder: string, options: WriteOptions): Promise<string[]> {
  const passedOver: string[] = []
  await makeOwnFolder(folder)
  for await (const file of directory.files({ signal: options.signal })) {
    const path = safePath(folder, file.path)
    if (path === undefined) passedOver.push(`${JSON.stringify(file.path)} is passed over: no file here can have that name.`)
    else if (file.kind === 'symlink') passedOver.push(`${file.path} is passed over: it is a symbolic link to ${JSON.stringify(file.target)}.`)
    else await saveOne(path, file, options)
  }
  return passedOver
}

async function saveOne(path: string, file: Exclude<WalkedFile, { kind: 'symlink' }>, options: WriteOptions): Promise<void> {
  if (file.kind === 'file') return writeGotFile(path, file, options)
  await mkdir(path.slice(0, -basename(path).length), { recursive: true })
  await writeWhole(path, contentOf(file))
}

function contentOf({ value }: GotObject): Uint8Array | string {
  return value instanceof Uint8Array ? value : `${JSON.stringify(value)}\n`
}

async function print(found: Got, { surroundings: { stdout }, signal, say }: Call): Promise<number> {
  if (found.kind === 'directory') throw new UsageError('A folder does not go to standard output; name a place with --output.')
  if (found.kind === 'symlink') throw new UsageError(`It is a symbolic link to ${JSON.stringify(found.target)}.`)
  if (found.kind === 'object') stdout.write(contentOf(found))
  else {
    let done = 0
    for await (const piece of found.stream({ signal }) as unknown as AsyncIterable<Uint8Array>) {
      await writeOut(stdout, piece)
      say.progress({ of: 'fetching', done: (done += piece.length), total: found.size, unit: 'bytes' })
    }
  }
  return exitCodes.ok
}

function writeOut(stdout: Written, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => stdout.write(piece, (error) => (error ? reject(error) : resolve())))
}
