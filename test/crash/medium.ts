import { execFile } from 'node:child_process'
import { mkdir, statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Running } from './child.ts'

/** What the data lie on, which can be made to run full. */
export interface Medium {
  /** From now on it takes no more than so many bytes. */
  limit(bytes: number, server: Running): Promise<void>
  /** It takes as much as ever. */
  relax(server: Running): Promise<void>
  close(): Promise<void>
}

const run = promisify(execFile)
const ample = '8g'

/** Any folder: the shim refuses what goes to the block store; the database is not hindered. */
export const refusingShim: Medium = {
  limit: (bytes, server) => server.tell({ room: bytes }),
  relax: (server) => server.tell({ room: null }),
  close: async () => {},
}

/** A disk in memory of its own, whose size changes: everything on it runs full, the database too. Throws where mounting is not permitted. */
export async function mountSmallDisk(path: string): Promise<Medium> {
  await mkdir(path, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${ample}`, 'thole-crash', path])
  const resize = async (size: string) => void (await run('mount', ['-o', `remount,size=${size}`, path]))
  return {
    async limit(bytes) {
      // The server writes meanwhile, and no disk becomes smaller than what lies on it.
      for (let tries = 1; ; tries++) {
        const { bsize, blocks, bavail } = await statfs(path)
        const done = await resize(String((blocks - bavail) * bsize + bytes)).then(() => true, (error: unknown) => { if (tries === 10) throw error })
        if (done) return
      }
    },
    relax: () => resize(ample),
    close: async () => void (await run('umount', ['-l', path])),
  }
}
