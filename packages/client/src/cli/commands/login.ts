import type { Command } from '../command.ts'
import { defaultUrl, forgetAccess, keepAccess, readUrl } from '../credentials.ts'
import { readSecret } from '../read-secret.ts'
import { UsageError } from '../usage-error.ts'
import { whoIs } from '../who.ts'

export const login: Command = {
  name: 'login',
  summary: 'keeps the address of a server and a key for it',
  takes: '[URL]',
  arguments: { least: 0, most: 1 },
  description: `Asks for a key, looks whether the server takes it, and keeps both in a file that only you can read. Keys are made on the page "Keys" of the server, or by its operator with "tholed keys create".
The key is read from standard input, never from the command line, where other users of the machine could see it.`,
  examples: [
    ['thole login https://thole.example.org', 'Asks for the key'],
    ['thole login < key.txt', 'Without a terminal'],
  ],
  async run({ positionals: [typed], option, say, signal, surroundings }) {
    const url = readUrl(typed ?? option('url') ?? surroundings.env.THOLE_URL ?? defaultUrl)
    const key = await readSecret(`Key for ${url}: `, { ...surroundings, signal })
    if (!/^[\x21-\x7e]+$/.test(key)) throw new UsageError('There is no key on standard input.')
    const who = await whoIs({ url, key }, signal)
    const file = await keepAccess(surroundings, { url, key })
    say.result({ ...who, file }, `Signed in to ${url}; kept in ${file}`)
  },
}

export const logout: Command = {
  name: 'logout',
  summary: 'forgets the key that "login" kept',
  description: 'Deletes the file in which "thole login" kept the key. The key itself stays good: it is revoked on the page "Keys".',
  examples: [['thole logout', 'Forgets the key']],
  async run({ surroundings }) {
    await forgetAccess(surroundings)
  },
}
