import type { Reclaim } from '../../domain/reclaim/index.ts'
import { bytesInWords, count } from '../../kernel/words.ts'
import type { Report } from '../control/report.ts'

/** `tholed store reclaim`: frees now what nobody has held for longer than the grace. */
export async function* reclaimWork(reclaim: Reclaim, signal: AbortSignal): AsyncGenerator<Report> {
  const { dags, blocks, bytes, blocked, started, ended } = await reclaim.run(signal)
  if (blocked) {
    yield { line: `store reclaim: nothing, since a block with links is ${blocked} and what lies below it cannot be told from what is unwanted; "tholed store check" names it` }
    yield { exit: 1 }
  } else {
    yield { line: `store reclaim: ${count(dags, 'DAG')}, ${count(blocks, 'block')}, ${bytesInWords(bytes)} given back, ${((ended - started) / 1000).toFixed(1)} s` }
    yield { exit: 0 }
  }
}
