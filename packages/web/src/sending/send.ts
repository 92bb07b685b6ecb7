import { ApiError } from '../api/client.ts'
import type { Picked } from '../lib/plan.ts'
import type { SendAnswer, SendProgress, SendQuestion, SendWish } from './messages.ts'

export interface SendRequest extends SendWish {
  items: readonly Picked[]
  /** Before anything is sent. */
  onCid(cid: string): void
  onProgress(progress: SendProgress): void
  signal: AbortSignal
}

export interface Receipt {
  id: string
  roots: { cid: string; name?: string }[]
  /** ISO 8601: nothing was sent, for an earlier upload of then has brought it. */
  since?: string
}

/** Files that are handed over in one task. */
const atOnce = 500

interface Waiting extends Pick<SendRequest, 'onCid' | 'onProgress'> {
  resolve(receipt: Receipt): void
  reject(error: unknown): void
}

const waiting = new Map<number, Waiting>()
let nextId = 1
let worker: Worker | undefined

/** Names and sends in a worker. Rejects with ApiError, or the signal's reason. */
export function send({ items, onCid, onProgress, signal, ...wish }: SendRequest): Promise<Receipt> {
  const id = nextId++
  return new Promise((resolve, reject) => {
    const ask = (question: SendQuestion) => open().postMessage(question)
    waiting.set(id, { onCid, onProgress, resolve, reject })
    const abort = () => {
      if (!waiting.delete(id)) return
      ask({ id, type: 'abort' })
      reject(signal.reason)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    handOver(id, items, ask, signal).then(() => signal.aborted || ask({ id, type: 'put', wish }), reject)
  })
}

async function handOver(id: number, items: readonly Picked[], ask: (question: SendQuestion) => void, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < items.length && !signal.aborted; at += atOnce) {
    ask({ id, type: 'files', files: items.slice(at, at + atOnce).map(({ path, file }) => ({ path, file })) })
    if (at + atOnce < items.length) await new Promise((resolve) => setTimeout(resolve))
  }
}

function open(): Worker {
  if (worker !== undefined) return worker
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<SendAnswer>) => take(data)
  worker.onerror = (event) => {
    event.preventDefault()
    for (const { reject } of waiting.values()) reject(new ApiError(0, 'WORKER_FAILED', 'What sends files has failed. Reload the page, and choose them again.'))
    waiting.clear()
    worker?.terminate()
    worker = undefined
  }
  return worker
}

function take(answer: SendAnswer): void {
  const its = waiting.get(answer.id)
  if (its === undefined) return
  if (answer.type === 'cid') return its.onCid(answer.cid)
  if (answer.type === 'progress') return its.onProgress(answer.progress)
  waiting.delete(answer.id)
  if (answer.type === 'stored') its.resolve({ id: answer.uploadId, roots: answer.roots.map((cid) => ({ cid })), since: answer.since })
  else its.reject(new ApiError(answer.status, answer.code, answer.message))
}
