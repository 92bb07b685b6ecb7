export { createAccountExports, type AccountExports, type AccountExportsParts } from './export-account.ts'
export { exportServer, type ExportServerParts } from './export-server.ts'
export { importServer, type Imported, type ImportServerParts } from './import-server.ts'
export type { LackingDag } from './car-files.ts'
