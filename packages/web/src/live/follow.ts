import type { LiveMessage, TholeEvent } from './messages.ts'

/** Milliseconds until it is tried again where the server refused, as while it starts. */
const pauseMs = 10_000

/** Tells what the server says of what happens, over one connection that is made anew when it breaks. Returns how to stop. */
export function follow(tell: (message: LiveMessage) => void, url = '/api/v1/events/stream'): () => void {
  let source: EventSource
  let timer: ReturnType<typeof setTimeout> | undefined
  let wasOpen = false

  function connect(): void {
    source = new EventSource(url)
    source.onopen = () => {
      if (wasOpen) tell({ type: 'lost' })
      wasOpen = true
    }
    source.onerror = () => {
      // The browser connects again by itself where the connection broke, and gives up where the answer was another one.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, pauseMs)
    }
    source.addEventListener('event', ({ data }) => tell({ type: 'event', event: JSON.parse(data as string) as TholeEvent }))
    source.addEventListener('fetching', ({ data }) => tell({ type: 'fetching', ...(JSON.parse(data as string) as { dags: string[] }) }))
    source.addEventListener('beat', () => tell({ type: 'beat' }))
    source.addEventListener('lost', () => tell({ type: 'lost' }))
  }

  connect()
  return () => {
    clearTimeout(timer)
    source.close()
  }
}
