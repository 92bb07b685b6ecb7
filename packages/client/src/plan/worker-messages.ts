import type { Plan, PlanInput, PlannedBlock } from './plan.ts'

/** What a page asks of its worker; Blobs are handed over by reference. */
export interface PlanQuestion extends Omit<PlanInput, 'files' | 'car'> {
  files: { path: string; blob: Blob }[]
}

export type PlanAnswer =
  /** What was named since the last such message, of so many bytes. */
  | { blocks: PlannedBlock[]; bytes: number }
  | { plan: Omit<Plan, 'blocks'> }
  | { error: { name: string; message: string; code?: string } }
  /** It runs. */
  | { ready: true }
