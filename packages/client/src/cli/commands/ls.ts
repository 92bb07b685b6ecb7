import type { Upload } from '../../types.ts'
import type { Command } from '../command.ts'
import { readCount } from '../read-count.ts'
import { openThole } from '../server.ts'

export const ls: Command = {
  name: 'ls',
  summary: 'lists uploads, newest first',
  options: { limit: { value: 'N', help: 'so many at most; default all' } },
  description: 'Lists what was uploaded: the CID, the time, bytes and name, with tabs between them. An upload of several roots has a line for each.',
  examples: [
    ['thole ls --limit 10', 'The last ten'],
    ["thole ls --json | jq -r '.roots[].cid'", 'All CIDs'],
  ],
  async run(call) {
    const most = readCount(call.option('limit'), '--limit')
    const thole = await openThole(call)
    let listed = 0
    for await (const upload of thole.uploads.list({ signal: call.signal })) {
      if (listed++ >= most) break
      call.say.result(upload, upload.roots.map(({ cid, name }) => row(upload, cid, name)).join('\n'))
    }
  },
}

function row({ created, bytes, name }: Upload, cid: string, rootName: string | undefined): string {
  return [cid, created, bytes, (rootName ?? name ?? '').replaceAll(/[\t\n]/g, ' ')].join('\t')
}
