export interface Toast {
  id: number
  words: string
  /** A word for what undoes it: "Undo". */
  undo?: { word: string; run(): void }
  /** Milliseconds; default 6 s. */
  ms?: number
}

let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function set(next: readonly Toast[]) {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says something beside the page for some seconds. Returns how to take it back. */
export function toast(words: string, options: Pick<Toast, 'undo' | 'ms'> = {}): () => void {
  const id = nextId++
  const dismiss = () => set(toasts.filter((each) => each.id !== id))
  set([...toasts.slice(-3), { id, words, ...options }])
  setTimeout(dismiss, options.ms ?? 6_000)
  return dismiss
}

export const toastStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  snapshot: () => toasts,
}
