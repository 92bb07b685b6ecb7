import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** unix(7): `sun_path` has 108 bytes with the NUL; macOS has 104. */
const maxPath = 103

const farPrefix = 'tholed-'
const nearPath = (dataFolder: string) => join(dataFolder, 'tholed.sock')
const pointerPath = (dataFolder: string) => join(dataFolder, 'tholed.sock.path')

export interface SocketPlace {
  path: string
  /** Removes what was made. */
  remove(): Promise<void>
}

/**
 * Where the server of this data folder listens: in it, or where its path is too long for a socket, in a new folder that only this user
 * may enter, named in `tholed.sock.path`. Whoever holds the data folder's lock is alone here, so what lies there is left from before.
 */
export async function makeSocketPlace(dataFolder: string): Promise<SocketPlace> {
  const near = nearPath(dataFolder)
  await removePlace(dataFolder)
  if (Buffer.byteLength(near) > maxPath) {
    const folder = await mkdtemp(join(tmpdir(), farPrefix))
    await writeFile(pointerPath(dataFolder), join(folder, 'sock'), { mode: 0o600 })
  }
  return { path: await socketPath(dataFolder), remove: () => removePlace(dataFolder) }
}

export async function socketPath(dataFolder: string): Promise<string> {
  return (await readPointer(dataFolder)) ?? nearPath(dataFolder)
}

async function removePlace(dataFolder: string): Promise<void> {
  const far = await readPointer(dataFolder)
  if (far !== undefined) {
    await rm(far, { force: true })
    await rmdir(dirname(far)).catch(() => undefined)
  }
  for (const path of [pointerPath(dataFolder), nearPath(dataFolder)]) await rm(path, { force: true })
}

/** Only a path as it is made here: what it names is removed. */
async function readPointer(dataFolder: string): Promise<string | undefined> {
  const path = await readFile(pointerPath(dataFolder), 'utf8').catch(() => '')
  return basename(path) === 'sock' && basename(dirname(path)).startsWith(farPrefix) ? path : undefined
}
