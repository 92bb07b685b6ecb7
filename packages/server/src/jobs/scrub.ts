import { scrubJob, type Scrubber } from '../domain/scrub/index.ts'
import type { JobHandler } from './queue.ts'

/** Reads every block once in a while; one process at a time. */
export function scrub(scrubber: Scrubber): JobHandler {
  return { kind: scrubJob, concurrency: 1, run: (_job, signal) => scrubber.run(signal) }
}
