import type { WriteStream } from 'node:tty'
import { bytesInWords } from '../../kernel/words.ts'
import type { Progress } from '../control/report.ts'

/** Milliseconds between two lines that replace each other. */
const every = 200

/** One line on a terminal that is always written over; nothing where it goes to a file. */
export function progressLine(stream: Pick<WriteStream, 'isTTY' | 'write'>) {
  let shown = 0
  let phase: { of: string; begun: number; from: number } | undefined

  return {
    show({ of, done, total, unit }: Progress): void {
      const now = performance.now()
      if (phase?.of !== of) phase = { of, begun: now, from: done }
      if (!stream.isTTY || now - shown < every) return
      shown = now
      const rate = ((done - phase.from) / Math.max(now - phase.begun, 1)) * 1000
      const share = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 100
      stream.write(`\r\u001b[K${of}: ${share} %, ${unit === 'bytes' ? bytesInWords(Math.round(rate)) : Math.round(rate).toLocaleString('en')}/s`)
    },
    clear(): void {
      if (stream.isTTY && shown > 0) stream.write('\r\u001b[K')
    },
  }
}
