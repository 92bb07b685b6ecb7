import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Surroundings } from './surroundings.ts'
import { UsageError } from './usage-error.ts'

/** Where a command goes, and with which key. */
export interface Access {
  url: string
  key?: string
}

type Home = Pick<Surroundings, 'env' | 'home'>

export const defaultUrl = 'http://127.0.0.1:3000'

export function credentialsFile({ env, home }: Home): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'thole', 'credentials.json')
}

/** What is typed goes before the environment, and that before what `login` kept: whose key is sent to its own server alone. @throws UsageError */
export async function readAccess(surroundings: Home, typedUrl?: string): Promise<Access> {
  const { env } = surroundings
  const kept = await readKept(credentialsFile(surroundings))
  const url = readUrl(typedUrl || env.THOLE_URL || kept?.url || defaultUrl)
  const key = env.THOLE_KEY || (kept?.url === url ? kept.key : undefined)
  return { url, key }
}

/** Only its owner may read the file. */
export async function keepAccess(surroundings: Home, access: Required<Access>): Promise<string> {
  const file = credentialsFile(surroundings)
  const fresh = `${file}.${process.pid}`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(fresh, `${JSON.stringify(access, undefined, 2)}\n`, { mode: 0o600 })
  await chmod(fresh, 0o600)
  await rename(fresh, file)
  return file
}

export async function forgetAccess(surroundings: Home): Promise<void> {
  await rm(credentialsFile(surroundings), { force: true })
}

/** `http(s)://host[:port][/path]` without a slash at its end. @throws UsageError */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError(`"${text}" is not the address of a server, such as ${defaultUrl}.`)
  if (url.username || url.password || url.search || url.hash) throw new UsageError('The address of a server has no user, password, query or fragment.')
  return url.href.replace(/\/+$/, '')
}

async function readKept(file: string): Promise<Required<Access> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const { url, key } = JSON.parse(text) as Partial<Record<string, unknown>>
    if (typeof url === 'string' && typeof key === 'string') return { url, key }
  } catch {}
  throw new UsageError(`${file} cannot be read; "thole login" writes it anew.`)
}
