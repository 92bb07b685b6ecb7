import { chmod, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCid } from '@thole/dag'
import { connect } from '../../http/connection.ts'
import { Thole } from '../../thole.ts'
import type { Pin, Upload } from '../../types.ts'
import { exitCodes, type Call, type Command } from '../command.ts'
import { readAccess } from '../credentials.ts'
import { exists } from '../files/exists.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import { writeCar } from '../files/write-car.ts'
import { writeLines } from '../files/write-lines.ts'
import { wordsOf } from '../outcome.ts'
import { readCid } from '../read-cid.ts'
import { bytesInWords, count } from '../words.ts'

export const exportCommand: Command = {
  name: 'export',
  summary: 'takes all of the account into a folder: lists, and every DAG as a CAR',
  takes: 'FOLDER',
  arguments: { least: 1, most: 1 },
  description: `Writes uploads.ndjson and pins.ndjson, one JSON value a line, and dags/CID.car for each root of them that is stored: a CARv1, readable by every IPFS program. Every block is checked against its CID, and a CAR gets its name when nothing is missing in it.
Typed again with the same folder, it writes the lists anew, goes on where it was, and fetches only what was added. Requests that are not pinned yet are in the list, without a CAR.
It ends with 1 where a DAG could not be had, and says which. Nothing is deleted, here or there.`,
  examples: [
    ['thole export backup', 'Takes everything'],
    ['thole import cars backup/dags --url https://other.example.org', 'Brings it to another server'],
  ],
  async run(call) {
    const folder = call.positionals[0]!
    const access = await readAccess(call.surroundings, call.option('url'))
    const thole = new Thole(access)
    await makeOwnFolder(folder)
    await chmod(folder, 0o700)
    await makeOwnFolder(join(folder, 'dags'))
    const roots = new Set<string>()
    const uploads = await writeLines(join(folder, 'uploads.ndjson'), noting(thole.uploads.list({ signal: call.signal }), roots, rootsOf))
    const pins = await writeLines(join(folder, 'pins.ndjson'), noting(thole.pins.list({ signal: call.signal }), roots, pinned))

    let bytes = 0
    const failed: { cid: string; reason: string }[] = []
    for (const cid of roots) {
      const file = join(folder, 'dags', `${cid}.car`)
      if (await exists(file)) continue
      try {
        await writeCar(`${file}.part`, parseCid(cid), { connection: connect(access), signal: call.signal, onBytes: (some) => call.say.progress({ of: 'fetching', done: (bytes += some), unit: 'bytes' }) })
        await rename(`${file}.part`, file)
      } catch (error) {
        call.signal.throwIfAborted()
        failed.push({ cid, reason: wordsOf(error) })
        call.say.note(`${cid} could not be had: ${wordsOf(error)}`)
      }
    }
    return tell(call, { path: folder, uploads, pins, dags: roots.size - failed.length, bytes, failed })
  },
}

interface Exported {
  path: string
  uploads: number
  pins: number
  /** That are whole in the folder. */
  dags: number
  /** Fetched, or kept of DAGs that were begun. */
  bytes: number
  failed: { cid: string; reason: string }[]
}

function tell({ say }: Call, exported: Exported): number {
  const { path, uploads, pins, dags, bytes, failed } = exported
  say.result(exported, path)
  if (!say.isJson) say.note(`${count(uploads, 'upload')}, ${count(pins, 'pin request')}, ${count(dags, 'DAG')}; ${bytesInWords(bytes)} fetched, every block checked`)
  return failed.length > 0 ? exitCodes.failed : exitCodes.ok
}

async function* noting<T>(list: AsyncIterable<T>, roots: Set<string>, rootsIn: (row: T) => string[]): AsyncGenerator<T> {
  for await (const row of list) {
    for (const root of rootsIn(row)) roots.add(readCid(root))
    yield row
  }
}

function rootsOf({ roots }: Upload): string[] {
  return roots.map(({ cid }) => cid)
}

function pinned({ cid, status }: Pin): string[] {
  return status === 'pinned' ? [cid] : []
}
