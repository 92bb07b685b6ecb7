import type { QueryClient } from '@tanstack/react-query'
import { affectedBy } from './affected.ts'
import type { LiveMessage } from './messages.ts'

/** Milliseconds in which many changes are one. */
const gatherMs = 400

/** Has queries asked again that are old by what happens; of a page that nobody sees when it is seen again. */
export function createRefresher(client: QueryClient, page: Pick<Document, 'hidden'> = document) {
  const old = new Set<string>()
  let isLost = false
  let isBeat = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function refresh(): void {
    timer = undefined
    if (page.hidden) return
    if (isLost) void client.invalidateQueries()
    else void client.invalidateQueries({ predicate: ({ queryKey, meta }) => old.has(String(queryKey[0])) || (isBeat && meta?.beat === true) })
    old.clear()
    isLost = false
    isBeat = false
  }

  return {
    take(message: LiveMessage): void {
      if (message.type === 'event') for (const key of affectedBy(message.event)) old.add(key)
      if (message.type === 'fetching') for (const key of ['pins', 'dags']) old.add(key)
      if (message.type === 'lost') isLost = true
      if (message.type === 'beat') isBeat = true
      timer ??= setTimeout(refresh, gatherMs)
    },
    /** The page is seen again. */
    seen(): void {
      if (old.size > 0 || isLost || isBeat) timer ??= setTimeout(refresh, 0)
    },
    stop: () => clearTimeout(timer),
  }
}
