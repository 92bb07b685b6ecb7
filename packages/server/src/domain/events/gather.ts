import type { ActivityKind } from '../../kernel/event-kinds.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Db, NewEvent, Note } from '../../ports/db/index.ts'
import type { Log } from '../../ports/log.ts'

export interface GatherParts {
  db: Db
  clock: Clock
  log: Log
  /** Called when events were written. */
  onWritten(): void
}

/** What happens often, told together: one row of an account, a kind and an actor, whatever happens how often within some minutes. */
export interface Gatherer {
  /** Writes what is left. */
  close(): Promise<void>
}

const everyMs = 1_000
/** What goes on for longer becomes another row. */
const spanMs = 300_000
const maxSamples = 3
/** Rows that are remembered to be gone on from; and that wait to be written. */
const maxKept = 10_000

interface Heap extends Pick<Note, 'accountId' | 'actor' | 'at'> {
  kind: ActivityKind
  since: number
  count: number
  samples: NonNullable<Note['sample']>[]
  /** The row that has what was told so far. */
  id?: number
}

export function gatherNotes({ db, clock, log, onWritten }: GatherParts): Gatherer {
  let waiting = new Map<string, Heap>()
  const written = new Map<string, Heap>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  const stop = db.onNote((notes) => {
    for (const note of notes) add(note)
    timer ??= setTimeout(() => void (writing = flush()), everyMs).unref()
  })

  function add({ accountId, kind, actor, at, sample, count = 1 }: Note): void {
    const key = `${accountId} ${kind} ${actor.kind} ${actor.id ?? ''}`
    const known = waiting.get(key) ?? goneOnFrom(key)
    if (known === undefined && waiting.size >= maxKept) return
    const heap: Heap = known ?? { accountId, kind, actor, since: at, at, count: 0, samples: [] }
    heap.count += count
    heap.at = at
    if (sample && heap.samples.length < maxSamples) heap.samples.push(sample)
    waiting.set(key, heap)
  }

  function goneOnFrom(key: string): Heap | undefined {
    const heap = written.get(key)
    written.delete(key)
    return heap && clock.now() - heap.since < spanMs ? heap : undefined
  }

  async function flush(): Promise<void> {
    timer = undefined
    const heaps = waiting
    waiting = new Map()
    if (heaps.size === 0) return
    try {
      const ids = await db.write((w) => w.events.gathered([...heaps.values()].map(toEvent)))
      let i = 0
      for (const [key, heap] of heaps) remember(key, { ...heap, id: ids[i++] })
      onWritten()
    } catch (error) {
      log.warn({ error, events: heaps.size }, 'what happened could not be written down')
    }
  }

  /** The oldest are forgotten: they have their rows. */
  function remember(key: string, heap: Heap): void {
    written.delete(key)
    written.set(key, heap)
    if (written.size > maxKept) written.delete(written.keys().next().value!)
  }

  return {
    async close() {
      stop()
      clearTimeout(timer)
      await writing
      await flush()
    },
  }
}

function toEvent({ accountId, kind, actor, at, since, count, samples, id }: Heap): NewEvent<ActivityKind> & { replaces?: number } {
  return { accountId, kind, actor, at, data: { count, samples, ...(since < at && { since }) }, replaces: id }
}
