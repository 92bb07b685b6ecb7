export { createCheck, type Check, type CheckOptions } from './check.ts'
export type { CheckEvent, CheckProgress, CheckSummary, Finding } from './findings.ts'
export type { LookParts as CheckParts } from './look.ts'
export { PendingCids } from './pending-cids.ts'
