import type { Command } from '../command.ts'
import { readAccess } from '../credentials.ts'
import { whoIs } from '../who.ts'
import { bytesInWords, count } from '../words.ts'

export const whoami: Command = {
  name: 'whoami',
  summary: 'tells the server, the account and what the key may do',
  description: 'Asks the server whether the key is good, and tells whose it is. Ends with 4 where it is not.',
  examples: [['thole whoami', 'Looks whether all is set up']],
  async run(call) {
    const who = await whoIs(await readAccess(call.surroundings, call.option('url')), call.signal)
    const { url, account, id, scopes, usage } = who
    const rows = [
      ['server', url],
      ['account', account],
      ['key', id],
      ['scopes', scopes?.join(', ')],
      ['holds', usage && `${bytesInWords(usage.bytes)}, ${count(usage.dags, 'DAG')}, ${count(usage.uploads, 'upload')}`],
    ]
    call.say.result(who, rows.filter(([, value]) => value !== undefined).map(([name, value]) => `${name!.padEnd(9)}${value}`).join('\n'))
  },
}
