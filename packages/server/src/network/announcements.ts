import type { CID } from 'multiformats/cid'
import type { AnnounceResult } from '../ports/network.ts'
import { u32 } from './pipe/bodies.ts'
import type { Channel } from './pipe/channel.ts'
import { kinds } from './pipe/frames.ts'
import type { AnnouncedFrame } from './pipe/frames.ts'

/** Announcements that the network process works on. */
export interface Announcements {
  announce(root: CID, signal: AbortSignal): Promise<AnnounceResult>
  onAnnounced(frame: AnnouncedFrame): void
  /** The process is gone, and what it was asked with it. */
  interrupted(): void
}

/** `channel`: to the process that is ready, if any. */
export function announcements(channel: () => Channel | undefined): Announcements {
  const open = new Map<number, (result: AnnounceResult) => void>()
  let last = 0

  return {
    announce(root, signal) {
      const to = channel()
      if (signal.aborted || to === undefined) return Promise.resolve(restarting)
      const id = ++last
      return new Promise((resolve) => {
        const settle = (result: AnnounceResult) => {
          open.delete(id)
          signal.removeEventListener('abort', abort)
          resolve(result)
        }
        const abort = () => settle({ state: 'off', reason: 'it was stopped' })
        signal.addEventListener('abort', abort)
        open.set(id, settle)
        to.send(kinds.announce, u32(id), root.bytes)
      })
    },
    onAnnounced: ({ announcement, result }) => open.get(announcement)?.(result),
    interrupted() {
      for (const settle of open.values()) settle(restarting)
    },
  }
}

const restarting: AnnounceResult = { state: 'off', reason: 'the network process is being restarted' }
