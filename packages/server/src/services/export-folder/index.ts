export { readExport } from './read.ts'
export { writeExport } from './write.ts'
