import type { Segment } from '../../api/health.ts'
import { formatBytes } from '../../lib/bytes.ts'
import { count } from '../../lib/count.ts'

/** Cells of a row. */
const columns = 32
/** A cell is so many units wide; a unit of them is gap. */
const cell = 10

/**
 * The store as a grid, one cell a segment in their order: what is live of it is filled from below, what is dead is pale, and one with damaged
 * blocks is outlined.
 */
export function SegmentGrid({ segments }: { segments: readonly Segment[] }) {
  const rows = Math.max(1, Math.ceil(segments.length / columns))
  return (
    <figure>
      <svg role="img" aria-label={inWords(segments)} viewBox={`0 0 ${columns * cell} ${rows * cell}`} className="w-full" data-segments={segments.length}>
        {segments.map((segment, i) => (
          <Cell key={segment.name} segment={segment} x={(i % columns) * cell} y={Math.floor(i / columns) * cell} />
        ))}
      </svg>
      <figcaption className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-xs text-soft">
        <Sample className="bg-brand" word="live" />
        <Sample className="bg-line" word="nobody holds it: a reclaim gives it back" />
        <Sample className="border-2 border-bad bg-brand" word="with damaged blocks" />
      </figcaption>
    </figure>
  )
}

function Cell({ segment: { name, bytes, live, damaged = 0 }, x, y }: { segment: Segment; x: number; y: number }) {
  const size = cell - 1
  const height = bytes === 0 ? 0 : size * Math.min(1, live / bytes)
  return (
    <g>
      <title>{`Segment ${name}: ${formatBytes(live)} of ${formatBytes(bytes)} live${damaged > 0 ? `, ${count(damaged, 'damaged block')}` : ''}`}</title>
      <rect x={x} y={y} width={size} height={size} rx={1} className="fill-line" />
      <rect x={x} y={y + size - height} width={size} height={height} rx={1} className="fill-brand" />
      {damaged > 0 && <rect x={x + 0.75} y={y + 0.75} width={size - 1.5} height={size - 1.5} rx={1} fill="none" strokeWidth={1.5} className="stroke-bad" />}
    </g>
  )
}

function Sample({ className, word }: { className: string; word: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={`size-3 rounded-sm ${className}`} aria-hidden />
      {word}
    </span>
  )
}

/** The same without a picture. */
export function inWords(segments: readonly Segment[]): string {
  const sum = (of: (segment: Segment) => number) => segments.reduce((total, segment) => total + of(segment), 0)
  const bytes = sum((segment) => segment.bytes)
  const live = sum((segment) => segment.live)
  const damaged = segments.filter((segment) => (segment.damaged ?? 0) > 0)
  const bad = damaged.length === 0 ? 'none is damaged' : `${damaged.length} with damaged blocks: ${damaged.slice(0, 20).map(({ name }) => name).join(', ')}`
  return `${count(segments.length, 'segment')}, ${formatBytes(live)} live of ${formatBytes(bytes)}; ${bad}.`
}
