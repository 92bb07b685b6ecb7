export { openDb, type DbOptions } from './open.ts'
