import { parseCid, resolvePath, type Resolved } from '@thole/dag/light'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import type { CallOptions } from '../types.ts'
import { carSource } from './car-source.ts'
import { gotOf } from './got.ts'
import type { Got } from './types.ts'

/** What a path leads to; every block on the way is checked. */
export async function get(connection: Connection, path: string, { signal }: CallOptions = {}): Promise<Got> {
  const [root = '', ...segments] = segmentsOf(path)
  try {
    const cid = parseCid(root)
    const walk = async (at: string): Promise<Resolved> => {
      const source = carSource(connection, { path: at, scope: 'block' }, { retries: connection.retries, signal })
      try {
        return await resolvePath(source, cid, segments, { signal })
      } finally {
        await source.close()
      }
    }
    const isInData = (error: unknown) => error instanceof TholeError && error.status === 501
    const found = await walk(`ipfs/${[cid, ...segments.map(encodeURIComponent)].join('/')}`).catch((error: unknown) => {
      // A gateway has no CAR of what lies within a block of data.
      if (isInData(error)) return walk(`ipfs/${cid}`)
      throw error
    })
    return gotOf(connection, found)
  } catch (error) {
    throw asTholeError(error)
  }
}

/** `bafy…/a/b`, also with `/ipfs/` or `ipfs://` before it. */
function segmentsOf(path: string): string[] {
  return path.replace(/^(ipfs:\/\/|\/?ipfs\/)/, '').split('/').filter((segment) => segment !== '')
}
