import type { Fetch } from '../api/pins.ts'
import { formatBytes } from '../lib/bytes.ts'
import { count } from '../lib/count.ts'

/** What has come of a pin that is not complete, and how much is known to lack. */
export function FetchProgress({ fetch, name }: { fetch: Fetch; name: string }) {
  const { blocks, bytes, missing } = fetch
  if (blocks === 0) return null
  return (
    <div className="space-y-1">
      <progress className="meter block" aria-label={`Blocks of ${name} that are here`} max={blocks + missing} value={blocks} />
      <p className="text-xs text-soft tabular-nums">
        {formatBytes(bytes)} in {count(blocks, 'block')} here, {count(missing, 'block')} known to be missing
      </p>
    </div>
  )
}
