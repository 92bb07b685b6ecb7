import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { CopyTask } from './copy-worker.ts'
import type { Piece } from './generation.ts'

export interface Copier extends AsyncDisposable {
  /** The pieces of this stretch, durable but for their names in the folder. One at a time. */
  copy(task: CopyTask): Promise<Piece[]>
}

type Answer = { pieces: Piece[] } | { failed: { message: string; code?: string } }

/** Copies and hashes in a thread of its own: beside it the server answers as ever. */
export function openCopier(signal: AbortSignal): Copier {
  const worker = new Worker(new URL('./copy-worker.ts', import.meta.url))
  return {
    async copy(task) {
      worker.postMessage(task)
      const [answer] = (await once(worker, 'message', { signal })) as [Answer]
      if ('failed' in answer) throw Object.assign(new Error(answer.failed.message), { code: answer.failed.code })
      return answer.pieces
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
