import type { Reader, Writer } from '../../ports/db/index.ts'

/** Set while a server runs, so that it is found set after a crash. */
const name = 'reclaim-at-start'

/** Whether blocks that were freed, and whose rows are gone, may be here again: then a root that was deleted long ago would be served. */
export async function mayHaveRevived(r: Reader): Promise<boolean> {
  return (await r.instance.get(name)) !== undefined
}

/** The next start is to reclaim: a process may end without order from here on, or an index was made anew of what lies in the segments. */
export async function noteRevival(w: Writer): Promise<void> {
  await w.instance.set(name, '1')
}

export async function noteEnd(w: Writer): Promise<void> {
  await w.instance.remove(name)
}
