/**
 * What a server changed below its blocks folder and what of it the medium had to keep: a line of JSON each. Lines are written before the
 * call that they tell of, so that a kill leaves none untold. An id begins with the process: `life-number`.
 */
export type Entry =
  /** `size`: the file's length before; `old`: what is written over, in base64. */
  | { is: 'write'; id: string; ino: number; at: number; length: number; size: number; old: string }
  /** `old`: what is cut off. */
  | { is: 'cut'; id: string; ino: number; to: number; size: number; old: string }
  | { is: 'new'; id: string; path: string; ino: number }
  /** `grave`: another name that keeps what would be gone otherwise. */
  | { is: 'rename'; id: string; path: string; to: string; grave?: string }
  | { is: 'unlink'; id: string; path: string; grave: string }
  /** The call of that id has returned. */
  | { is: 'done'; id: string }
  /** A sync of a file or a folder begins; when it is done, what was done before its beginning is kept for good. */
  | { is: 'sync'; id: string; ino: number }
  | { is: 'sync folder'; id: string; path: string }

export type Change = Extract<Entry, { is: 'write' | 'cut' | 'new' | 'rename' | 'unlink' }>

/** The changes that a power cut may take back, in the order in which they were made. */
export function unsynced(lines: string): Change[] {
  let pending: Change[] = []
  const done = new Set<string>()
  const syncs = new Map<string, Set<Change>>()
  let life = ''
  for (const entry of parse(lines)) {
    // What a process that was killed had begun is over when the next one speaks.
    if (lifeOf(entry) !== life) for (const { id } of pending) done.add(id)
    life = lifeOf(entry)
    if (entry.is === 'sync') syncs.set(entry.id, new Set(pending.filter((change) => done.has(change.id) && 'ino' in change && change.is !== 'new' && change.ino === entry.ino)))
    else if (entry.is === 'sync folder') syncs.set(entry.id, new Set(pending.filter((change) => done.has(change.id) && foldersOf(change).every((folder) => folder === entry.path))))
    else if (entry.is === 'done') {
      done.add(entry.id)
      const kept = syncs.get(entry.id)
      if (kept) pending = pending.filter((change) => !kept.has(change))
    } else {
      // The number of a file that is gone may name another one now.
      if (entry.is === 'new') pending = pending.filter((change) => !('ino' in change) || change.is === 'new' || change.ino !== entry.ino)
      pending.push(entry)
    }
  }
  return pending
}

/** The journal of a folder where these changes are all that may be taken back. */
export function journalOf(changes: readonly Change[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n${JSON.stringify({ is: 'done', id: change.id } satisfies Entry)}\n`).join('')
}

function lifeOf({ id }: Entry): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('-')))
}

function foldersOf(change: Change): string[] {
  if (change.is === 'write' || change.is === 'cut') return ['']
  const paths = change.is === 'rename' ? [change.path, change.to] : [change.path]
  return paths.map((path) => path.slice(0, path.lastIndexOf('/')))
}

/** The last line may be torn. */
function parse(lines: string): Entry[] {
  const whole = lines.slice(0, lines.lastIndexOf('\n') + 1)
  return whole.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Entry)
}
