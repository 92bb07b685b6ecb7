import { lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../usage-error.ts'

/** Makes a folder, or goes on with one of ours: not with what somebody else laid out under a name that they could foresee. */
export async function makeOwnFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await mkdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const found = await lstat(path)
    const isOurs = process.getuid === undefined || found.uid === process.getuid()
    if (!found.isDirectory() || !isOurs) throw new UsageError(`${path} is in the way: it is no folder of yours. Remove it, or name another place with --output.`)
  }
}
