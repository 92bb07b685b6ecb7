import type { Content, ProfileName } from '../types.ts'

/** A block that is to be had on the other side, and where its bytes are. */
export interface PlannedBlock {
  /** Binary. */
  cid: Uint8Array
  /** Of the block. */
  length: number
  /** Of nodes, which exist nowhere else. */
  bytes?: Uint8Array
  /** Of leaves: a stretch of a file, which is the block, or, where it is shorter, what that wraps. */
  file: number
  from: number
  span: number
}

/** All that a put has to bring, known before anything is sent. Plain data: workers hand it over. */
export interface Plan {
  /** Binary CIDs. */
  roots: Uint8Array[]
  /** Each once, children first. */
  blocks: PlannedBlock[]
  profile: ProfileName
}

export interface PlanInput {
  files: { path: string; content: Content }[]
  isDirectory: boolean
  car: boolean
  profile: ProfileName
}

export interface PlanOptions {
  onBytes?: (count: number) => void
  /** Told of each block as soon as it is named. */
  onBlock?: (block: PlannedBlock) => void
  signal?: AbortSignal
}
