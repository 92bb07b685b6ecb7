import { TholeError } from '../errors.ts'
import type { Connection } from '../http/connection.ts'
import { inLanes } from '../lanes.ts'
import type { Upload } from '../types.ts'

/** How the uploads are called that hold parts until the last one is there. */
export function partName(rootName: string): string {
  return `part of ${rootName}`
}

const lanes = 3

/**
 * Ends the uploads of parts: the upload of the whole holds everything now. After a put that went on from an earlier one, also those which
 * that one left behind, if they are among the last thousand.
 */
export async function endParts(connection: Connection, { partIds, rootName, isResumed }: { partIds: readonly string[]; rootName: string; isResumed: boolean }, signal?: AbortSignal): Promise<void> {
  const ids = new Set(partIds)
  if (isResumed) {
    const { uploads } = await connection.json<{ uploads: Upload[] }>('api/v1/uploads', { query: { limit: 1000 }, signal })
    for (const { id, name, roots } of uploads) if (name === partName(rootName) && roots[0]?.cid === rootName) ids.add(id)
  }
  await inLanes(ids, lanes, async (id) => {
    try {
      await connection.send(`api/v1/uploads/${encodeURIComponent(id)}`, { method: 'DELETE', signal })
    } catch (error) {
      if (!(error instanceof TholeError) || error.code !== 'NOT_FOUND') throw error
    }
  })
}
