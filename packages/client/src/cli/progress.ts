import type { Written } from './surroundings.ts'
import { bytesInWords } from './words.ts'

export interface Progress {
  /** What goes on, in a word or two: "sending". */
  of: string
  done: number
  /** Where it is known. */
  total?: number
  /** Default: things, which are counted. */
  unit?: 'bytes'
}

/** Milliseconds between two that are shown: on a terminal, and in a pipe, where they stay. */
const pace = { terminal: 100, pipe: 5_000 }
const barWidth = 24

/** A bar on a terminal, a line now and then elsewhere. */
export function progressBar(stream: Written, now = () => performance.now()) {
  let phase: { of: string; begun: number; from: number } | undefined
  let shown = -Infinity
  let isDirty = false

  return {
    show(progress: Progress): void {
      const at = now()
      if (phase?.of !== progress.of) phase = { of: progress.of, begun: at, from: progress.done }
      if (at - shown < (stream.isTTY ? pace.terminal : pace.pipe)) return
      // The first line in a pipe is worth its place only after a while: most work is done by then.
      const isFirst = shown === -Infinity
      shown = at
      const rate = ((progress.done - phase.from) / Math.max(at - phase.begun, 1)) * 1000
      const words = inWords(progress, rate)
      if (stream.isTTY) stream.write(`\r\u001b[K${fit(`${bar(progress)}${words}`, stream.columns)}`)
      else if (!isFirst) stream.write(`${words}\n`)
      isDirty = stream.isTTY === true
    },
    clear(): void {
      if (isDirty) stream.write('\r\u001b[K')
      isDirty = false
    },
  }
}

function bar({ done, total }: Progress): string {
  if (!total) return ''
  const full = Math.round(Math.min(1, done / total) * barWidth)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] `
}

function inWords({ of, done, total, unit }: Progress, rate: number): string {
  const say = (n: number) => (unit === 'bytes' ? bytesInWords(Math.round(n)) : Math.round(n).toLocaleString('en'))
  const share = total ? ` of ${say(total)}, ${Math.min(100, Math.floor((done / total) * 100))} %` : ''
  const left = total && rate > 0 && done < total ? `, ${clock((total - done) / rate)} left` : ''
  return `${of}: ${say(done)}${share}, ${say(rate)}/s${left}`
}

/** 75 → "1:15". */
function clock(seconds: number): string {
  const whole = Math.min(Math.ceil(seconds), 359_999)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

function fit(text: string, columns = 80): string {
  return text.slice(0, columns - 1)
}
