import { toast } from './toasts.ts'

export interface Deletion {
  /** "Deleted cat.jpg." */
  words: string
  /** Path below /api/v1 of what is deleted. */
  path: string
  /** The server has done it: asks again for what lists it. */
  onDone(): Promise<unknown>
}

/** So long a deletion can be taken back: nothing is sent until then. */
const graceMs = 6_000

/** What is being deleted, by its path: lists leave it out. */
let hidden: ReadonlySet<string> = new Set()
const unsent = new Map<string, { send(): void; undo(): void }>()
const listeners = new Set<() => void>()

export const hiddenStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  snapshot: () => hidden,
}

/** Deletes after a while in which it can be undone; whoever leaves the page has it done at once. */
export function deleteLater({ words, path, onDone }: Deletion): void {
  if (hidden.has(path)) return
  hide(path, true)
  const timer = setTimeout(() => unsent.get(path)?.send(), graceMs)
  const settle = () => {
    clearTimeout(timer)
    unsent.delete(path)
    dismiss()
  }
  const dismiss = toast(words, { ms: graceMs, undo: { word: 'Undo', run: () => keep(path) } })
  unsent.set(path, {
    send() {
      settle()
      void send(path).then(onDone, (error: Error) => toast(error.message, { ms: 10_000 })).finally(() => hide(path, false))
    },
    undo() {
      settle()
      hide(path, false)
    },
  })
}

/** Takes a deletion back while it can be. */
export function keep(path: string): void {
  unsent.get(path)?.undo()
}

async function send(path: string): Promise<void> {
  const answer = await fetch(`/api/v1/${path}`, { method: 'DELETE', keepalive: true }).catch(() => undefined)
  if (answer === undefined) throw new Error('The server cannot be reached; nothing was deleted.')
  if (answer.ok || answer.status === 404) return
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string }
  throw new Error(detail ?? `The server answered ${answer.status}; nothing was deleted.`)
}

function hide(path: string, isHidden: boolean): void {
  const next = new Set(hidden)
  if (isHidden) next.add(path)
  else next.delete(path)
  hidden = next
  for (const listener of listeners) listener()
}

globalThis.addEventListener?.('pagehide', () => {
  unsent.forEach((deletion) => deletion.send())
})
