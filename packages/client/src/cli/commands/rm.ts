import type { Command } from '../command.ts'
import { openThole } from '../server.ts'
import { TholeError } from '../../errors.ts'
import { readCid } from '../read-cid.ts'

export const rm: Command = {
  name: 'rm',
  summary: 'ends the uploads of a CID',
  takes: 'CID',
  arguments: { least: 1, most: 1 },
  description: 'Ends every upload of this account with that CID as a root, and the pin requests made with them. What nobody else wants is not served any more at once, and freed some time later.',
  examples: [['thole rm bafybei…', 'Deletes it']],
  async run(call) {
    const cid = readCid(call.positionals[0]!)
    const thole = await openThole(call)
    const ids: string[] = []
    for await (const { id, roots } of thole.uploads.list({ cid, signal: call.signal })) if (roots.some((root) => readCid(root.cid) === cid)) ids.push(id)
    if (ids.length === 0) throw new TholeError('NOT_FOUND', `there is no upload of ${call.positionals[0]}; requests for pins end with "thole pin rm"`)
    for (const id of ids) {
      await thole.uploads.remove(id, { signal: call.signal })
      call.say.result({ removed: id, cid }, id)
    }
  },
}
