import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { inWords, type Row } from './row.ts'
import { backup } from './rows/backup.ts'
import { car } from './rows/car.ts'
import { classic } from './rows/classic.ts'
import { client } from './rows/client.ts'
import { clientPage } from './rows/client-page.ts'
import { directory } from './rows/directory.ts'
import { fetch } from './rows/fetch.ts'
import { filesPage } from './rows/files-page.ts'
import { gateway } from './rows/gateway.ts'
import { ingest } from './rows/ingest.ts'
import { keyCheck } from './rows/key-check.ts'
import { metering } from './rows/metering.ts'
import { moving } from './rows/moving.ts'
import { parts } from './rows/parts.ts'
import { pin } from './rows/pin.ts'
import { pinList } from './rows/pin-list.ts'
import { reclaim } from './rows/reclaim.ts'
import { s3 } from './rows/s3.ts'
import { serve } from './rows/serve.ts'
import { small } from './rows/small.ts'
import { store } from './rows/store.ts'
import { upload } from './rows/upload.ts'
import { waiting } from './rows/waiting.ts'
import { walk } from './rows/walk.ts'
import { sizes } from './sizes.ts'
import { table } from './table.ts'

const benches = { ingest, upload, car, client, page: clientPage, classic, directory, small, store, walk, parts, reclaim, fetch, serve, gateway, s3, pin, pins: pinList, waiting, moving, backup, metering, keys: keyCheck, files: filesPage }

const usage = `npm run bench -- [--only ${Object.keys(benches).join('|')}] [--sizes ${Object.keys(sizes).join('|')}] [--json FILE]

Measures what Thole promises about speed and memory, beside what the same machine does with other means. Kubo (IPFS_BIN, or ipfs
on PATH), versitygw (VERSITYGW_BIN, or on PATH) and nginx take part where they are found. Exits with 1 where a goal is missed; the
goals speak of full sizes, so small ones miss none.
`

const options = readOptions()
if (options === undefined) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  const rows: Row[] = []
  const load = loadavg()[0]!
  for (const name of options.names) {
    process.stderr.write(`${name} …\n`)
    const measured = await benches[name](sizes[options.size])
    for (const { id, value, unit } of measured) process.stderr.write(`  ${id} ${inWords(value)} ${unit}\n`)
    rows.push(...measured)
  }
  process.stdout.write(`\n${table(rows)}\n\n`)
  const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version, load }
  const report = { date: new Date().toISOString(), machine, sizes: options.size, rows }
  await mkdir(dirname(options.file), { recursive: true })
  await writeFile(options.file, `${JSON.stringify(report, null, 2)}\n`)
  if (options.size === 'full' && rows.some(({ met }) => !met)) process.exitCode = 1
}

function readOptions() {
  const today = new Date().toISOString().slice(0, 10)
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: Object.keys(benches) },
        sizes: { type: 'string', default: 'full' },
        json: { type: 'string', default: join(import.meta.dirname, 'results', `${today}.json`) },
      },
    })
    const names = values.only.filter((name): name is keyof typeof benches => Object.hasOwn(benches, name))
    const size = values.sizes
    if (names.length !== values.only.length || (size !== 'full' && size !== 'small')) return undefined
    return { names, size, file: values.json } as const
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n`)
    return undefined
  }
}
