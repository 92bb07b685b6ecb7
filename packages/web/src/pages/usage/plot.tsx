import { useEffect, useId, useRef } from 'react'
import type { Options } from 'uplot'

interface PlotProps {
  title: string
  /** Seconds since the epoch. */
  times: readonly number[]
  values: readonly number[]
  format(value: number): string
  /** How far apart the lines across may be. */
  spacings: readonly number[]
  /** Where the same is told as text. */
  table: string
}

const height = 180

/** One line over time. Screen readers are led to the table, which says the same. */
export function Plot({ title, times, values, format, spacings, table }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const heading = useId()
  useEffect(() => {
    const { current } = frame
    if (!current) return
    const end = new AbortController()
    void draw(current, { times, values, format, spacings, signal: end.signal })
    return () => end.abort()
  }, [times, values, format, spacings])
  return (
    <figure aria-labelledby={heading} aria-describedby={table} className="min-w-0">
      <figcaption id={heading} className="mb-1 text-sm font-medium">
        {title}
      </figcaption>
      <div ref={frame} style={{ height }} className="w-full overflow-hidden" aria-hidden />
    </figure>
  )
}

interface Drawn extends Pick<PlotProps, 'times' | 'values' | 'format' | 'spacings'> {
  signal: AbortSignal
}

/** Draws it, and anew where the room or the colours change. */
async function draw(frame: HTMLDivElement, { times, values, format, spacings, signal }: Drawn): Promise<void> {
  const [{ default: UPlot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')])
  if (signal.aborted) return
  const make = () => {
    frame.replaceChildren()
    return new UPlot(optionsOf(frame, format, spacings), [[...times], [...values]], frame)
  }
  let plot = make()
  const watch = new ResizeObserver(() => plot.setSize({ width: frame.clientWidth, height }))
  watch.observe(frame)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', () => {
    plot.destroy()
    plot = make()
  }, { signal })
  signal.addEventListener('abort', () => {
    watch.disconnect()
    plot.destroy()
  })
}

function optionsOf(frame: HTMLElement, format: (value: number) => string, spacings: readonly number[]): Options {
  const style = getComputedStyle(frame)
  const soft = resolved(frame, '--color-soft', style.color)
  const line = resolved(frame, '--color-line', style.color)
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
  return {
    width: frame.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, max) => [0, Math.max(max, 1) * 1.1] } },
    axes: [{ ...axis, values: (_, splits) => splits.map(timeInWords) }, { ...axis, size: 76, incrs: [...spacings], values: (_, splits) => splits.map(format) }],
    series: [{}, { stroke: resolved(frame, '--color-brand', style.color), width: 2, fill: resolved(frame, '--color-brand-tint', style.color), points: { show: false } }],
  }
}

/** The day where one begins, else the hour. */
function timeInWords(seconds: number): string {
  const time = new Date(seconds * 1000)
  const isDay = time.getHours() === 0 && time.getMinutes() === 0
  return isDay ? time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : time.toLocaleTimeString('en-GB', { timeStyle: 'short' })
}

/** A canvas does not know `light-dark()`: the browser works it out. */
function resolved(frame: HTMLElement, name: string, fallback: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  frame.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color || fallback
}
