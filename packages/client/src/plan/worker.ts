import { blobContent } from '../content/content.ts'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import { planFiles } from './plan-files.ts'
import type { PlanAnswer, PlanQuestion } from './worker-messages.ts'

interface WorkerScope {
  onmessage: ((event: { data: PlanQuestion }) => void) | null
  postMessage(answer: PlanAnswer): void
}

/** The module of a worker: names files, and says how far it is, for as long as the page lets it live. */
const page = globalThis as unknown as WorkerScope

page.onmessage = ({ data }) => void answer(data)
page.postMessage({ ready: true })

async function answer({ files, isDirectory, profile }: PlanQuestion): Promise<void> {
  try {
    const contents = files.map(({ path, blob }) => ({ path, content: blobContent(blob) }))
    const plan = await planFiles({ files: contents, isDirectory, profile, car: false }, { onBytes: (bytes) => page.postMessage({ bytes }) })
    page.postMessage({ plan })
  } catch (cause) {
    const { name, message, code } = asTholeError(cause) as TholeError
    page.postMessage({ error: { name, message, code } })
  }
}
