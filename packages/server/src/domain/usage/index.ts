export { createUsage, type AccountUsage, type StorageFacts, type UsageFacts, type UsageParts } from './usage.ts'
