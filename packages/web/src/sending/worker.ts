import { Thole, type ProfileName, type PutSource, type Upload } from '@thole/client'
import { sameUpload } from './same-upload.ts'
import type { SendAnswer, SendProgress, SendQuestion, SendWish } from './messages.ts'
import { sendingFetch } from './sending-fetch.ts'

/** The client of this server in a worker of the page: reading, hashing and sending take none of its time. */
const scope = globalThis as unknown as { onmessage: ((event: MessageEvent<SendQuestion>) => void) | null; postMessage(answer: SendAnswer): void }

/** Milliseconds between two reports. */
const everyMs = 100

const files = new Map<number, { path: string; file: File }[]>()
const running = new Map<number, AbortController>()

scope.onmessage = ({ data }) => {
  if (data.type === 'files') files.set(data.id, [...(files.get(data.id) ?? []), ...data.files])
  else if (data.type === 'put') void put(data.id, data.wish)
  else {
    files.delete(data.id)
    running.get(data.id)?.abort()
  }
}

async function put(id: number, wish: SendWish): Promise<void> {
  const { as, name, profile, pin, maxPart } = wish
  const given = files.get(id) ?? []
  const abort = new AbortController()
  running.set(id, abort)
  const report = reporter((progress) => scope.postMessage({ id, type: 'progress', progress }))
  let onWire = 0
  const size = String(given.reduce((sum, { file }) => sum + file.size, 0))
  const query: Record<string, string> = as === 'car' ? {} : { kind: as === 'folder' ? 'directory' : 'file', size }
  const thole = new Thole({ url: location.origin, fetch: sendingFetch({ onSent: (bytes) => report((onWire += bytes)), query }) })
  const source: PutSource = as === 'folder' ? given.map(({ path, file }) => ({ path, content: file })) : given[0]!.file
  const stored = (uploadId: string, roots: string[], since?: string) => scope.postMessage({ id, type: 'stored', uploadId, roots, since })
  let had: Upload | undefined
  try {
    const { uploadId, roots } = await thole.put(source, {
      car: as === 'car',
      name,
      pin,
      profile: profile as ProfileName | undefined,
      partBytes: Math.min(16 << 20, maxPart ?? Infinity),
      signal: abort.signal,
      async onCid(cid) {
        scope.postMessage({ id, type: 'cid', cid })
        had = await sameUpload(thole, cid, wish, abort.signal)
        if (had) abort.abort()
      },
      onProgress: ({ phase, done, total = 0 }) => report(onWire, { phase: phase === 'hashing' ? 'reading' : 'sending', done, total }),
    })
    stored(uploadId, roots)
  } catch (error) {
    if (had) stored(had.id, had.roots.map(({ cid }) => cid), had.created)
    else if (!abort.signal.aborted) scope.postMessage({ id, type: 'failed', ...wordsOf(error) })
  } finally {
    running.delete(id)
    files.delete(id)
  }
}

/** Gathers what is told often. What is on the wire counts as done, though no answer has come. */
function reporter(tell: (progress: SendProgress) => void): (onWire: number, progress?: SendProgress) => void {
  let last: SendProgress | undefined
  let told = 0
  return (onWire, progress = last) => {
    if (progress === undefined) return
    const isNew = progress.phase !== last?.phase
    last = progress
    const now = performance.now()
    if (!isNew && progress.done < progress.total && now - told < everyMs) return
    told = now
    tell({ ...progress, done: Math.min(progress.done + (progress.phase === 'sending' ? onWire : 0), progress.total) })
  }
}

function wordsOf(error: unknown): { code: string; status: number; message: string } {
  const { code = '', status = 0, message = 'Something failed.' } = error as { code?: string; status?: number; message?: string }
  return { code: code === 'NETWORK' ? 'UNREACHABLE' : code, status, message }
}
