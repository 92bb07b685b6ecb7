import type { BuildOptions, Built, Progress, PutResult } from '../../types.ts'
import type { Call, Command } from '../command.ts'
import { readPaths } from '../files/read-paths.ts'
import { openThole } from '../server.ts'
import { bytesInWords, count } from '../words.ts'

const profiles = ['unixfs-v1-2025', 'unixfs-v0-2015', 'web3-storage', 'nft-storage'] as const

export const put: Command = {
  name: 'put',
  summary: 'stores files, a folder, standard input or a CAR; prints the CID',
  takes: 'PATH…',
  arguments: { least: 1, most: Infinity },
  options: {
    name: { value: 'NAME', help: 'what lists show' },
    car: { help: 'the file is a CARv1: its blocks are stored as they are' },
    'dry-run': { help: 'prints the CID and sends nothing; needs no server' },
    profile: { value: 'PROFILE', help: 'how files become blocks, and so which CID they get', choices: profiles },
    'no-pin': { help: 'stores without a pin request' },
    wrap: { help: 'puts a single file into a directory, where it keeps its name' },
    hidden: { help: 'takes what begins with a dot, too' },
  },
  description: `Stores one file, the files of a folder as a directory, or several of both as one directory. "-" is standard input.
The CID is found out here, before anything is sent; then the server is brought what it lacks. So an interrupted put goes on where it was when it is typed again.
Files that begin with a dot are passed over, and so are symbolic links and empty folders.`,
  examples: [
    ['thole put photo.jpg', 'Stores a file'],
    ['thole put --name site ./public', 'Stores a folder'],
    ['pg_dump db | thole put --name db.sql -', 'Stores what a program writes'],
    ['thole put --dry-run ./public', 'Tells the CID alone'],
    ['thole put --car export.car', 'Stores the blocks of a CAR'],
  ],
  async run(call) {
    const { say, surroundings, positionals } = call
    const source = await readPaths(positionals, { hidden: call.has('hidden'), wrap: call.has('wrap'), stdin: surroundings.stdin, passOver: say.note })
    const options = optionsOf(call)
    const thole = await openThole(call)
    if (call.has('dry-run')) return tell(call, await thole.build(source, options))
    const result = await thole.put(source, { ...options, name: call.option('name'), pin: call.has('no-pin') ? false : undefined })
    tell(call, result)
    if (!say.isJson) say.note(inWords(result))
  },
}

function optionsOf(call: Call): BuildOptions {
  const profile = profiles.find((known) => known === call.option('profile'))
  return { profile, car: call.has('car'), signal: call.signal, onProgress: ({ phase, done, total }: Progress) => call.say.progress({ of: phase, done, total, unit: 'bytes' }) }
}

function tell({ say }: Call, built: Built): void {
  say.result(built, built.roots.join('\n'))
}

function inWords({ bytes, blocks, sent }: PutResult): string {
  return sent < bytes ? `${count(blocks, 'block')}, ${bytesInWords(bytes)}; ${bytesInWords(bytes - sent)} of that were there` : `${count(blocks, 'block')}, ${bytesInWords(bytes)}`
}
