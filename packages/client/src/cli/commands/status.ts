import type { DagStatus } from '../../types.ts'
import { exitCodes, type Command } from '../command.ts'
import { readCid } from '../read-cid.ts'
import { openThole } from '../server.ts'
import { bytesInWords, count } from '../words.ts'

export const status: Command = {
  name: 'status',
  summary: 'tells whether all of a CID is stored, and what is missing',
  takes: 'CID',
  arguments: { least: 1, most: 1 },
  description: 'Tells whether every block below a CID is on the server. Ends with 0 where it is, with 1 where blocks are missing (the first hundred are named, with where they hang), with 3 where nobody has asked for it.',
  examples: [
    ['thole status bafybei…', 'Looks at one'],
    ['thole status bafybei… --json | jq .missingCount', 'For programs'],
  ],
  async run(call) {
    const thole = await openThole(call)
    const found = await thole.status(readCid(call.positionals[0]!), { signal: call.signal })
    call.say.result(found, inWords(found))
    return found.state === 'complete' ? exitCodes.ok : exitCodes.failed
  },
}

function inWords({ state, bytes = 0, blocks = 0, missing, missingCount }: DagStatus): string {
  if (state === 'complete') return `complete: ${count(blocks, 'block')}, ${bytesInWords(bytes)}`
  const lines = missing.map(({ cid, path }) => `  ${cid}  ${path}`)
  return [`${state}: ${count(missingCount, 'block')} known to be missing`, ...lines].join('\n')
}
