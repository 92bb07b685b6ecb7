export { createPatron, type Patron, type PatronParts } from './patron.ts'
export { createUsage, type AccountUsage, type StorageFacts, type UsageFacts, type UsageParts } from './usage.ts'
