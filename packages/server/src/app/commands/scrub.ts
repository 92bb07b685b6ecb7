import { setTimeout as sleep } from 'node:timers/promises'
import type { Principal } from '../../domain/access/index.ts'
import type { Scrubber } from '../../domain/scrub/index.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { BlockStore } from '../../ports/block-store.ts'
import type { Report } from '../control/report.ts'
import { following } from './following.ts'

export interface ScrubParts {
  blocks: BlockStore
  scrubber: Scrubber
  hasQueue: boolean
}

/** Milliseconds between two looks whether the job is done. */
const every = 250
/** Where nobody else reads, there is nobody to leave the disk to. */
const unlimited = 2 ** 40

/** Whoever may open the data folder may do anything in it. */
const operator: Principal = { account: { id: '', email: '', role: 'admin', created: 0, suspended: false }, scopes: new Set(['admin']) }

/** `tholed store scrub`: reads every block now. In a server its job does, at its rate, and goes on when nobody looks. */
export async function* scrubWork({ blocks, scrubber, hasQueue }: ScrubParts, signal: AbortSignal): AsyncGenerator<Report> {
  const begun = performance.now()
  await scrubber.start(operator, { rate: hasQueue ? undefined : unlimited })
  const { bytes: total } = await blocks.stats()
  const round = hasQueue ? jobEnds(scrubber, signal) : runHere(scrubber, signal)
  yield* following(round, async () => ({ of: 'blocks', done: (await scrubber.progress(operator)).now?.bytes ?? total, total, unit: 'bytes' }))
  const { blocks: read = 0, bytes = 0, damaged = 0 } = (await scrubber.progress(operator)).last ?? {}
  yield { line: `store scrub: ${count(read, 'block')}, ${bytesInWords(bytes)} read, ${damaged} damaged, ${((performance.now() - begun) / 1000).toFixed(1)} s` }
  yield { exit: damaged === 0 ? 0 : 1 }
}

async function jobEnds(scrubber: Scrubber, signal: AbortSignal): Promise<void> {
  while ((await scrubber.progress(operator)).now) await sleep(every, undefined, { signal })
}

async function runHere(scrubber: Scrubber, signal: AbortSignal): Promise<void> {
  const end = await scrubber.run(signal)
  if (!end.done && (await scrubber.progress(operator)).now) throw new Error(end.reason)
}
