export { openDb, type DbOptions } from './open.ts'
export { lockDatabase } from './postgres/lock.ts'
