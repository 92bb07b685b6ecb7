import { createCheck, type CheckParts, type CheckProgress } from '../../domain/check/index.ts'
import { count } from '../../kernel/words.ts'
import type { Progress, Report } from '../control/report.ts'

/** `tholed store check`: findings one a line, then the verdict. */
export async function* checkWork(parts: CheckParts, signal: AbortSignal): AsyncGenerator<Report> {
  const begun = performance.now()
  for await (const event of createCheck(parts).run({ signal })) {
    if ('finding' in event) yield { line: `${event.finding.kind}: ${event.finding.words}` }
    if ('progress' in event) yield { progress: inWords(event.progress) }
    if (!('summary' in event)) continue
    const { findings, blocks, segments, dags } = event.summary
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    const verdict = findings === 0 ? 'clean' : count(findings, 'finding')
    yield { line: `store check: ${verdict}, ${count(blocks, 'block')} in ${count(segments, 'segment')}, ${count(dags, 'DAG')}, ${seconds} s` }
    yield { exit: findings === 0 ? 0 : 1 }
  }
}

function inWords({ phase, done, of }: CheckProgress): Progress {
  if (phase === 'segments') return { of: 'segments', done, total: of, unit: 'bytes' }
  return { of: phase === 'dags' ? 'DAGs' : 'DAGs, a second time', done, total: of }
}
