import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import { csvAddress, historyQuery, type Step, type UsageHistory } from '../../api/usage.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { formatMoney } from '../../lib/money.ts'
import { storedIn } from '../../lib/stored-in.ts'
import { buttonClass } from '../../parts/button.tsx'
import { Card, CardTitle } from '../../parts/card.tsx'
import { Problem } from '../../parts/problem.tsx'
import { Plot } from './plot.tsx'

const steps: readonly { value: Step; word: string }[] = [{ value: 'day', word: 'Days' }, { value: 'hour', word: 'Hours' }]
const number = (value: number) => Math.round(value).toLocaleString('en')
const spacings = {
  bytes: Array.from({ length: 60 }, (_, power) => 2 ** power),
  number: Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((times) => times * 10 ** power)).flat(),
}

/** What was used as time went on: plots, and the same as a table. */
export function History() {
  const [by, setBy] = useState<Step>('day')
  const { data, error } = useQuery(historyQuery(by))
  const table = useId()
  const lines = useMemo(() => data && linesOf(data), [data])
  return (
    <Card className="space-y-4 p-4" aria-labelledby={`${table}-title`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <CardTitle id={`${table}-title`}>As time went on</CardTitle>
        <div className="flex flex-wrap gap-2">
          <div role="group" aria-label="Steps" className="flex">
            {steps.map(({ value, word }) => (
              <button key={value} type="button" aria-pressed={by === value} className={buttonClass(by === value ? 'primary' : 'plain')} onClick={() => setBy(value)}>
                {word}
              </button>
            ))}
          </div>
          <a href={csvAddress(by)} download className={buttonClass()}>
            <Download size={16} aria-hidden />
            CSV
          </a>
        </div>
      </div>
      <Problem error={error} />
      <div className="min-h-[640px] space-y-6 lg:min-h-[420px]">
        {lines && data && (
          <>
            <div className="grid gap-6 lg:grid-cols-2">
              <Plot title="Stored, on average" times={lines.times} values={lines.stored} format={formatBytes} spacings={spacings.bytes} table={table} />
              <Plot title="Sent" times={lines.times} values={lines.sent} format={formatBytes} spacings={spacings.bytes} table={table} />
              <Plot title="Requests" times={lines.times} values={lines.requests} format={number} spacings={spacings.number} table={table} />
            </div>
            <HistoryTable id={table} history={data} />
          </>
        )}
      </div>
    </Card>
  )
}

function linesOf({ by, steps: all }: UsageHistory) {
  return {
    times: all.map(({ start }) => Date.parse(start) / 1000),
    stored: all.map((step) => storedIn(step, by)),
    sent: all.map(({ sent }) => sent),
    requests: all.map(({ requests }) => requests),
  }
}

function HistoryTable({ id, history: { by, currency, steps: all } }: { id: string; history: UsageHistory }) {
  const cell = 'px-3 py-1.5 text-right whitespace-nowrap'
  return (
    <details>
      <summary className="text-sm font-medium">The same as a table</summary>
      <div className="mt-2 max-h-96 overflow-auto" tabIndex={0} role="region" aria-label="Usage as a table">
        <table id={id} className="w-full text-sm">
          <thead className="text-xs text-soft">
            <tr>
              <th className="px-3 py-1.5 text-left font-normal">{by === 'day' ? 'Day' : 'Hour'} (UTC)</th>
              {['Stored, on average', 'Sent', 'Requests', ...(currency ? ['Cost'] : [])].map((word) => (
                <th key={word} className={`${cell} font-normal`}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.toReversed().map((step) => (
              <tr key={step.start} className="border-t border-line">
                <th className="px-3 py-1.5 text-left font-normal whitespace-nowrap">{by === 'day' ? step.start.slice(0, 10) : step.start.slice(0, 16).replace('T', ' ')}</th>
                <td className={cell}>{formatBytes(storedIn(step, by))}</td>
                <td className={cell}>{formatBytes(step.sent)}</td>
                <td className={cell}>{number(step.requests)}</td>
                {currency && <td className={cell}>{formatMoney(step.cost, currency)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
