export { announceJob, enrolJob } from './jobs.ts'
export { createProviding, type Providing, type ProvidingParts } from './providing.ts'
export type { ProvidingState } from './state.ts'
