import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { gateway } from './gateway.ts'
import { sizes, type Row } from './row.ts'
import { table } from './table.ts'
import { upload } from './upload.ts'

const benches = { upload, gateway }

const usage = `npm run bench -- [--only ${Object.keys(benches).join('|')}] [--sizes ${Object.keys(sizes).join('|')}] [--json FILE]

Measures what Thole promises about speed and memory, beside what the same machine does with other means. Kubo (IPFS_BIN, or ipfs
on PATH) and nginx take part where they are found. Exits with 1 where a goal is missed.
`

const options = readOptions()
if (options === undefined) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  const rows: Row[] = []
  for (const name of options.names) {
    process.stderr.write(`${name} …\n`)
    rows.push(...(await benches[name](sizes[options.size])))
  }
  process.stdout.write(`\n${table(rows)}\n\n`)
  const report = { date: new Date().toISOString(), machine: { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version }, sizes: options.size, rows }
  await mkdir(dirname(options.file), { recursive: true })
  await writeFile(options.file, `${JSON.stringify(report, null, 2)}\n`)
  if (rows.some(({ met }) => !met)) process.exitCode = 1
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
