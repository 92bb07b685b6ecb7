import type { Plan, PlanInput } from './plan.ts'

/** What a page asks of its worker; Blobs are handed over by reference. */
export interface PlanQuestion extends Omit<PlanInput, 'files' | 'car'> {
  files: { path: string; blob: Blob }[]
}

export type PlanAnswer =
  | { bytes: number }
  | { plan: Plan }
  | { error: { name: string; message: string; code?: string } }
  /** It runs. */
  | { ready: true }
