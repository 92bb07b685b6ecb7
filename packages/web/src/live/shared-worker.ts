import { follow } from './follow.ts'

/** One connection for all tabs: HTTP/1.1 gives a browser six to a server, and each tab wants to upload. */
const pages = new Set<MessagePort>()
let stop: (() => void) | undefined

const scope = globalThis as unknown as { onconnect: ((event: MessageEvent) => void) | null }

scope.onconnect = ({ ports: [page] }) => {
  if (page === undefined) return
  pages.add(page)
  stop ??= follow((message) => pages.forEach((each) => each.postMessage(message)))
  page.onmessage = () => {
    pages.delete(page)
    if (pages.size > 0) return
    stop?.()
    stop = undefined
  }
}
