export { createHealth, type Health, type HealthParts, type JobsReport } from './health.ts'
