import { createHash } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Surroundings } from '../surroundings.ts'
import { UsageError } from '../usage-error.ts'

/** How far one thing came: the pin request that was made for it, and whether nothing is left to do. */
export interface Entry {
  request?: string
  done?: boolean
}

/** What an import has done, on the disk: a line each, so that another run goes on from there. */
export interface Journal extends AsyncDisposable {
  file: string
  get(id: string): Entry
  note(id: string, entry: Entry): Promise<void>
}

/** What is brought from where to where; another import has another file. */
export interface Route {
  from: string
  to: string
}

export function journalFile({ env, home }: Pick<Surroundings, 'env' | 'home'>, { from, to }: Route): string {
  const name = createHash('sha256').update(JSON.stringify([from, to])).digest('hex').slice(0, 16)
  return join(env.XDG_STATE_HOME || join(home, '.local/state'), 'thole', `import-${name}.ndjson`)
}

/** @throws UsageError where the file is not this import's */
export async function openJournal(file: string, route: Route): Promise<Journal> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const known = readEntries(text, route, file)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  if (text === '') await handle.write(`${JSON.stringify(route)}\n`)
  else if (!text.endsWith('\n')) await handle.write('\n')

  return {
    file,
    get: (id) => known.get(id) ?? {},
    async note(id, entry) {
      known.set(id, { ...known.get(id), ...entry })
      // One write a line: lines of others never come between.
      await handle.write(`${JSON.stringify({ id, ...entry })}\n`)
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

function readEntries(text: string, { from, to }: Route, file: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  if (text === '') return entries
  const [head, ...lines] = text.split('\n')
  const route = parse(head!) as Partial<Route> | undefined
  if (route?.from !== from || route.to !== to) throw new UsageError(`${file} is not the state of this import; name another with --state, or delete it.`)
  for (const line of lines) {
    // One may have been cut off when the machine went down.
    const { id, ...entry } = (parse(line) ?? {}) as Entry & { id?: string }
    if (id !== undefined) entries.set(id, { ...entries.get(id), ...entry })
  }
  return entries
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
