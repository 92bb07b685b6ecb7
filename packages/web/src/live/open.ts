import { follow } from './follow.ts'
import type { LiveMessage } from './messages.ts'

/** Follows what happens to this account, over the connection of all tabs of this browser. Returns how to stop. */
export function openLive(accountId: string, tell: (message: LiveMessage) => void): () => void {
  if (!('SharedWorker' in globalThis)) return follow(tell)
  const worker = new SharedWorker(new URL('./shared-worker.ts', import.meta.url), { type: 'module', name: `thole ${accountId}` })
  worker.port.onmessage = ({ data }: MessageEvent<LiveMessage>) => tell(data)
  return () => {
    worker.port.postMessage('bye')
    worker.port.close()
  }
}
