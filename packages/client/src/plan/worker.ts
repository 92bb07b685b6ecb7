import { blobContent } from '../content/content.ts'
import { asTholeError } from '../dag-errors.ts'
import { TholeError } from '../errors.ts'
import { planFiles } from './plan-files.ts'
import type { PlannedBlock } from './plan.ts'
import type { PlanAnswer, PlanQuestion } from './worker-messages.ts'

interface WorkerScope {
  onmessage: ((event: { data: PlanQuestion }) => void) | null
  postMessage(answer: PlanAnswer): void
}

/** What was named is told after so many bytes, or blocks. */
const tellBytes = 4 << 20
const tellBlocks = 1000

/** The module of a worker: names files, and says how far it is, for as long as the page lets it live. */
const page = globalThis as unknown as WorkerScope

page.onmessage = ({ data }) => void answer(data)
page.postMessage({ ready: true })

async function answer({ files, isDirectory, profile }: PlanQuestion): Promise<void> {
  let named: PlannedBlock[] = []
  let bytes = 0
  const tell = () => {
    page.postMessage({ blocks: named, bytes })
    named = []
    bytes = 0
  }
  const onBytes = (count: number) => {
    bytes += count
    if (bytes >= tellBytes || named.length >= tellBlocks) tell()
  }
  try {
    const contents = files.map(({ path, blob }) => ({ path, content: blobContent(blob) }))
    const { roots } = await planFiles({ files: contents, isDirectory, profile, car: false }, { onBytes, onBlock: (block) => named.push(block) })
    tell()
    page.postMessage({ plan: { roots, profile } })
  } catch (cause) {
    const { name, message, code } = asTholeError(cause) as TholeError
    page.postMessage({ error: { name, message, code } })
  }
}
