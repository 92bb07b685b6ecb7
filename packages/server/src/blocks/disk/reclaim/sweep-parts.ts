import type { Log } from '../../../ports/log.ts'
import type { SegmentFiles } from '../files.ts'
import type { BlockIndex } from '../index/block-index.ts'
import type { IndexFiles } from '../index/index-files.ts'
import type { BlockReads } from '../read/block-reads.ts'
import type { Quarantine } from '../read/quarantine.ts'
import type { Reader } from '../read/reader.ts'
import type { Segments } from '../segments/segments.ts'
import type { CommitQueue } from '../write/commit-queue.ts'
import type { Tail } from '../write/tail.ts'

export interface SweepParts {
  folder: string
  index: BlockIndex
  indexFiles: IndexFiles
  segments: Segments
  files: SegmentFiles
  reader: Reader
  reads: BlockReads
  quarantine: Quarantine
  tail: Tail
  queue: CommitQueue
  segmentBytes: number
  log?: Log
}
