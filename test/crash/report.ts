import type { Round } from './plan.ts'
import type { RoundDone } from './round.ts'

const maxLost = 8
const maxLossLength = 200

/** What a run came to. */
export interface Report {
  add(plan: Round, done: RoundDone): void
  readonly losses: number
  /** The table at the end. */
  summary(more: Record<string, string>): string
}

export function openReport(say: (line: string) => void): Report {
  const acknowledged = new Map<string, number>()
  const byKind = new Map<string, number>()
  const times = new Map<string, number>()
  const lost: string[] = []
  let rounds = 0
  let kills = 0
  let roots = 0

  return {
    get losses() {
      return lost.length
    },
    add(plan, done) {
      rounds++
      kills += done.kills
      roots += done.roots
      byKind.set(plan.kind, (byKind.get(plan.kind) ?? 0) + 1)
      for (const [what, count] of done.acknowledged) acknowledged.set(what, (acknowledged.get(what) ?? 0) + count)
      for (const [what, ms] of Object.entries(done.times)) times.set(what, (times.get(what) ?? 0) + ms)
      const sum = [...done.acknowledged.values()].reduce((all, count) => all + count, 0)
      const ms = Object.entries(done.times).map(([what, spent]) => `${what} ${Math.round(spent)}`).join(', ')
      say(`round ${plan.number} ${plan.kind}${done.note && ` (${done.note})`}: ${sum} acknowledged, ${done.roots} roots checked, ${done.losses.length} losses; ms: ${ms}`)
      for (const loss of told(done.losses)) say(`  LOSS ${loss}`)
      for (const loss of done.losses) lost.push(`round ${plan.number} ${plan.kind}: ${loss}`)
    },
    summary(more) {
      const list = (counts: Map<string, number>) => [...counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `${what} ${count}`).join(', ')
      const spent = [...times].map(([what, ms]) => `${what} ${(ms / 1000).toFixed(1)} s`).join(', ')
      const rows = { rounds: `${rounds} (${list(byKind)})`, kills: String(kills), acknowledged: list(acknowledged), 'roots checked': String(roots), 'time went to': spent, ...more, losses: String(lost.length) }
      const width = Math.max(...Object.keys(rows).map(({ length }) => length))
      const table = Object.entries(rows).map(([name, value]) => `${name.padEnd(width)}  ${value}`)
      // Here too, where whoever has only the end of a long log looks.
      return [...table, ...lost.slice(0, maxLost).map((loss) => `LOSS ${loss.slice(0, maxLossLength)}`)].join('\n')
    },
  }
}

/** The first, and the last, which is what the server wrote. */
function told(losses: readonly string[]): string[] {
  return losses.length <= 20 ? [...losses] : [...losses.slice(0, 19), `… and ${losses.length - 20} more`, losses.at(-1)!]
}
