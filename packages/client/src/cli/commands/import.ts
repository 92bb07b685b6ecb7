import { readFile } from 'node:fs/promises'
import { TholeError } from '../../errors.ts'
import { exitCodes, type Call, type Command, type Option } from '../command.ts'
import { readAccess, readUrl } from '../credentials.ts'
import type { Outcome, Source } from '../import/item.ts'
import { journalFile, openJournal } from '../import/journal.ts'
import { runImport } from '../import/run-import.ts'
import { carFolder } from '../import/sources/car-folder.ts'
import { csvFile } from '../import/sources/csv.ts'
import { kuboPins } from '../import/sources/kubo.ts'
import { pinningService } from '../import/sources/pinning-service.ts'
import { carBucket, readBucketPlace } from '../import/sources/s3.ts'
import { openTarget } from '../import/target.ts'
import { readCount } from '../read-count.ts'
import { UsageError } from '../usage-error.ts'
import { count } from '../words.ts'

/** Seconds for which something may stand still before it is left to the server. */
const defaultWait = 60
/** At the same time: CIDs that the server fetches, and CARs that go through here. */
const lanes = { pins: 32, cars: 2 }

const options: Record<string, Option> = {
  gateway: { value: 'URL', several: true, help: 'a trustless gateway for what the server does not find; every block is checked here' },
  wait: { value: 'SECONDS', help: `how long something may stand still before it is left to the server; default ${defaultWait}` },
  state: { value: 'FILE', help: 'keeps how far it came, for the next run; default: a file for each source in ~/.local/state/thole' },
}

const ending = `What is done is kept in a state file: after an interruption the same command goes on, and asks again for what could not be had.
What is brought is not told, what could not be had is: a line each, with the reason. Ends with 0 when everything is pinned, else with 1.`

export const imports: readonly Command[] = [
  {
    name: 'import pins',
    summary: 'brings the pins of another pinning service',
    takes: 'ENDPOINT',
    arguments: { least: 1, most: 1 },
    options: {
      'token-file': { value: 'FILE', help: 'has the token of that service; default: THOLE_IMPORT_TOKEN' },
      status: { value: 'STATUS', help: 'only such rows; default pinned, pinning and queued', several: true, choices: ['pinned', 'pinning', 'queued', 'failed'] },
      ...options,
    },
    description: `Reads all rows of a service that speaks the IPFS Pinning Service API, and has each pinned here, with its name, meta and origins.
The server fetches the data itself: from the origins of the row, from the delegates of that service, and from the public network where it takes part in it. What it does not find comes from the gateways, through this machine.
${ending}`,
    examples: [
      ['thole import pins https://api.pinata.cloud/psa --token-file pinata.txt', 'From Pinata'],
      ['thole import pins https://old.example.org/psa --gateway https://old.example.org --gateway https://ipfs.io', 'With gateways to fall back on'],
    ],
    run: async (call) => bring(call, pinningService({ endpoint: readUrl(call.positionals[0]!), token: await readToken(call), statuses: statusesOf(call) }), lanes.pins),
  },
  {
    name: 'import csv',
    summary: 'brings the CIDs of a CSV file',
    takes: 'FILE',
    arguments: { least: 1, most: 1 },
    options,
    description: `Pins each CID of a CSV file: of the column "cid", with the name in the column "name"; without such a header of the first column, with the name in the second. "-" is standard input.
${ending}`,
    examples: [['thole import csv cids.csv --gateway https://ipfs.io', 'From a list']],
    run: (call) => bring(call, csvFile(call.positionals[0]!, call.surroundings.stdin), lanes.pins),
  },
  {
    name: 'import cars',
    summary: 'brings the CAR files of a folder',
    takes: 'PATH',
    arguments: { least: 1, most: 1 },
    options,
    description: `Sends each file that ends in .car in a folder and those below it, or one file, and has its roots pinned under the name of the file. CARv1 and CARv2.
${ending}`,
    examples: [['thole import cars ./backup', 'A folder of CARs']],
    run: (call) => bring(call, carFolder(call.positionals[0]!), lanes.cars),
  },
  {
    name: 'import s3',
    summary: 'brings the CAR files of an S3 bucket',
    takes: 's3://BUCKET/PREFIX',
    arguments: { least: 1, most: 1 },
    options,
    description: `Sends each object whose key begins with the prefix and ends in .car, and has its roots pinned under the last name of the key. Credentials, region and endpoint come from where the AWS tools look: AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL_S3, ~/.aws.
${ending}`,
    examples: [['AWS_REGION=eu-central-1 thole import s3 s3://backups/cars/', 'A bucket of CARs']],
    run: (call) => bring(call, carBucket(readBucketPlace(call.positionals[0]!)), lanes.cars),
  },
  {
    name: 'import kubo',
    summary: 'brings the pins of a Kubo node',
    takes: '[API]',
    arguments: { least: 0, most: 1 },
    options,
    description: `Reads the pins of a Kubo repository over its RPC API (default http://127.0.0.1:5001), sends the blocks of each recursive one, and pins it here under the same name. Direct pins are told, and not brought.
${ending}`,
    examples: [['thole import kubo http://127.0.0.1:5001', 'From a node on this machine']],
    run: (call) => bring(call, kuboPins(readUrl(call.positionals[0] ?? 'http://127.0.0.1:5001')), lanes.cars),
  },
]

async function bring(call: Call, source: Source, atOnce: number): Promise<number> {
  const { say, surroundings } = call
  const access = await readAccess(surroundings, call.option('url'))
  const gateways = call.options('gateway').map(readUrl)
  const wait = call.option('wait') === undefined ? defaultWait : readCount(call.option('wait'), '--wait')
  const route = { from: source.from, to: access.url }
  await using journal = await openJournal(call.option('state') ?? journalFile(surroundings, route), route)

  const total = await source.total?.(call.signal)
  const had = { pinned: 0, waiting: 0, failed: 0 }
  let bytes = 0
  const show = () => say.progress(total === undefined ? { of: 'sending', done: bytes, unit: 'bytes' } : { of: 'importing', done: had.pinned + had.waiting + had.failed, total })
  const { earlier } = await runImport(source, {
    target: openTarget(access),
    journal,
    gateways,
    patience: wait * 1000,
    atOnce,
    signal: call.signal,
    onBytes(count) {
      bytes += count
      show()
    },
    onOutcome(outcome) {
      had[outcome.outcome]++
      say.result(outcome, outcome.outcome === 'pinned' ? undefined : inWords(outcome))
      show()
    },
  }).catch(whenFull)
  const summary = { ...had, earlier, state: journal.file }
  say.result({ summary }, `${count(had.pinned, 'pin')} brought, ${earlier} in earlier runs, ${had.waiting} left to the server, ${had.failed} not to be had`)
  if (!say.isJson) say.note(`State: ${journal.file}`)
  return had.waiting + had.failed === 0 ? exitCodes.ok : exitCodes.failed
}

function whenFull(error: unknown): never {
  if (!(error instanceof TholeError) || error.code !== 'STORAGE_FULL') throw error
  throw new TholeError(error.code, `${error.message} What was brought stays; once there is room, the same command goes on.`, { status: error.status }, { cause: error })
}

function inWords({ outcome, cid, name, reason }: Outcome): string {
  return [outcome, cid ?? '', name ?? '', reason ?? ''].map((text) => text.replaceAll(/[\t\n]/g, ' ')).join('\t')
}

async function readToken(call: Call): Promise<string> {
  const file = call.option('token-file')
  const token = file === undefined ? call.surroundings.env.THOLE_IMPORT_TOKEN : await readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`${file} cannot be read: ${error.message}.`)
  })
  if (!token?.trim()) throw new UsageError('The token of that service is missing: --token-file FILE, or THOLE_IMPORT_TOKEN.')
  return token.trim()
}

function statusesOf(call: Call): readonly string[] {
  const named = call.options('status')
  return named.length > 0 ? named : ['pinned', 'pinning', 'queued']
}
