import { inWords, type Row } from './row.ts'

/** The rows as a Markdown table, columns aligned, which is also how `docs/performance.md` shows them. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['Promise', 'Measured', 'Beside it, in the same run', 'Share', 'Goal', 'Met'],
    ...rows.map(({ id, value, unit, beside, ratio, goal, met }) => [
      id,
      `${inWords(value)} ${unit}`,
      Object.entries(beside).map(([name, other]) => `${name} ${inWords(other)}`).join(', ') || '–',
      ratio === null ? '–' : ratio.toFixed(2),
      goal,
      met ? 'yes' : 'NO',
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`)
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
