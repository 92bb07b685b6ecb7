import type { BlobContent, MemoryContent } from '../content/content.ts'
import { TholeError, type TholeErrorCode } from '../errors.ts'
import { makePlan } from './make-plan.ts'
import type { Plan, PlanInput, PlannedBlock, PlanOptions } from './plan.ts'
import type { PlanAnswer, PlanQuestion } from './worker-messages.ts'

/** The little of a web worker that is used. */
interface PageWorker {
  onmessage: ((event: { data: PlanAnswer }) => void) | null
  onerror: ((event: { preventDefault(): void }) => void) | null
  postMessage(question: PlanQuestion): void
  terminate(): void
}

/** Less than this is read and hashed before a worker would have started. */
const worthStarting = 1 << 20

/**
 * Names the blocks beside the page, so that it stays free, where there are web workers. A worker that cannot be loaded, as where the page
 * forbids it or a bundler left it out, is done without. In Node the threads of the platform hash, and nothing else takes time.
 */
export async function makePlanAside(input: PlanInput, options: PlanOptions): Promise<Plan> {
  const question = questionOf(input)
  return (question && (await inWorker(question, options))) ?? makePlan(input, options)
}

function questionOf({ files, isDirectory, profile, car }: PlanInput): PlanQuestion | undefined {
  const size = files.reduce((sum, { content }) => sum + content.size, 0)
  if (car || size < worthStarting || !('Worker' in globalThis)) return undefined
  const blobs = files.map(({ path, content }) => ({ path, blob: blobOf(content) }))
  return blobs.every((file): file is { path: string; blob: Blob } => file.blob !== undefined) ? { files: blobs, isDirectory, profile } : undefined
}

function blobOf(content: PlanInput['files'][number]['content']): Blob | undefined {
  if ('blob' in content) return (content as BlobContent).blob
  return 'memory' in content ? new Blob([(content as MemoryContent).memory as BlobPart]) : undefined
}

/** Undefined where there is no worker to be had. */
function inWorker(question: PlanQuestion, { onBytes, onBlock, signal }: PlanOptions): Promise<Plan | undefined> {
  return new Promise((resolve, reject) => {
    const worker = startWorker()
    if (worker === undefined) return resolve(undefined)
    const blocks: PlannedBlock[] = []
    let isReady = false
    const end = () => {
      worker.terminate()
      signal?.removeEventListener('abort', stop)
    }
    const stop = () => {
      end()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop)
    worker.onerror = (event) => {
      event.preventDefault()
      end()
      if (isReady) reject(new TholeError('INTERNAL', 'the worker that hashes has failed'))
      else resolve(undefined)
    }
    worker.onmessage = ({ data }) => {
      if ('blocks' in data) {
        for (const block of data.blocks) {
          blocks.push(block)
          onBlock?.(block)
        }
        return onBytes?.(data.bytes)
      }
      if ('ready' in data) {
        isReady = true
        return worker.postMessage(question)
      }
      end()
      if ('plan' in data) resolve({ ...data.plan, blocks })
      else reject(new TholeError((data.error.code ?? 'INTERNAL') as TholeErrorCode, data.error.message))
    }
  })
}

function startWorker(): PageWorker | undefined {
  try {
    // As bundlers want to read it; the file lies beside this one when the package is built.
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }) as PageWorker
  } catch {
    return undefined
  }
}
