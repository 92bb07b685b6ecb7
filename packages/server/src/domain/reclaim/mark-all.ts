import { CID } from 'multiformats/cid'
import type { Dag, Db, PartList } from '../../ports/db/index.ts'
import type { Marker, Unread } from './mark.ts'

const slice = 200

/**
 * Marks all that is to stay: every DAG that was not given up. Returns the block that makes it impossible to tell what else is to stay;
 * then nothing may be swept.
 */
export async function markAll(db: Db, marker: Marker): Promise<Unread | undefined> {
  return (await markDags(db, marker)) ?? (await markPartLists(db, marker))
}

async function markDags(db: Db, marker: Marker): Promise<Unread | undefined> {
  let after = ''
  for (;;) {
    const dags = await db.read((r) => r.dags.list(after, slice))
    for (const dag of dags) {
      const unread = isGivenUp(dag) ? undefined : await marker.mark(CID.parse(dag.cid), dag.state === 'complete')
      if (unread) return unread
      after = dag.cid
    }
    if (dags.length < slice) return undefined
  }
}

/** The parts of what is not complete lie below nothing that could be walked. Lists that nobody needs any more are taken away. */
async function markPartLists(db: Db, marker: Marker): Promise<Unread | undefined> {
  let after: PartList | undefined
  for (;;) {
    const lists = await db.read((r) => r.uploads.partLists(after, slice))
    for (const { cid, isNeeded } of lists) {
      const unread = isNeeded ? await marker.mark(CID.parse(cid), true) : undefined
      if (unread) return unread
    }
    const done = lists.filter(({ isNeeded }) => !isNeeded).map(({ uploadId }) => uploadId)
    if (done.length > 0) await db.write((w) => w.uploads.removePartLists([...new Set(done)]))
    if (lists.length < slice) return undefined
    after = lists.at(-1)
  }
}

/**
 * Nothing is known of it. Not told by time: a row that was let go at this very moment says still what is here of it, and whoever holds it
 * again relies on that.
 */
function isGivenUp({ holders, state, missingCount }: Dag): boolean {
  return holders === 0 && state === 'partial' && missingCount === 0
}
