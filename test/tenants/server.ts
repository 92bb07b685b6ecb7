import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runCommand } from '../support/server.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { Way } from './ways.ts'

export interface TenantServer extends AsyncDisposable {
  url: string
  ways: readonly Way[]
  admin: { email: string; password: string }
  createKey(account: string, scopes?: readonly string[]): Promise<string>
}

/** A real server in a process of its own, with every door open and no limit in the way. `patron`: whose account pays for wallets. */
export async function startTenantServer({ admin, patron }: { admin: string; patron: string }): Promise<TenantServer> {
  const folder = await temporaryFolder()
  const password = 'correct horse battery'
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('THOLE_')))
  const env = {
    ...(inherited as Record<string, string>),
    THOLE_PORT: '0', THOLE_DATA: folder.path, THOLE_MIN_FREE: '0', THOLE_LOG: 'error', THOLE_NETWORK: 'none', THOLE_PUBLIC_URL: 'http://thole.test', THOLE_DOORS: 'web3=/web3/,root;nft=/nft/,root',
    THOLE_ADMIN_EMAIL: admin, THOLE_ADMIN_PASSWORD: password, THOLE_METAPLEX_ACCOUNT: patron,
    THOLE_RATE_LIMIT: '0', THOLE_FAILED_SIGN_INS: '0', THOLE_NAME_RATE: '1000000', THOLE_METAPLEX_RATE: '1000000', THOLE_MAX_NAMES_PER_ADDRESS: '100000',
  }
  const child = fork(join(import.meta.dirname, 'child.ts'), { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const told = await Promise.race([once(child, 'message').then(([message]) => message as Pick<TenantServer, 'url' | 'ways'>), exit.then(() => undefined)])
  if (told === undefined) throw new Error('the server did not start')
  return {
    ...told,
    admin: { email: admin, password },
    createKey: async (account, scopes) => (await runCommand(['keys', 'create', '--account', account, '--name', 'fuzz', ...(scopes ? ['--scopes', scopes.join(',')] : [])], env)).trim(),
    async [Symbol.asyncDispose]() {
      child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exit
      clearTimeout(late)
      await folder[Symbol.asyncDispose]()
    },
  }
}
